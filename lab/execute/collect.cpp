#include "lab/execute/collect.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/json_depth.hpp"
#include "base/text.hpp"
#include "lab/execute/output_watch.hpp"

namespace joulecast::lab {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t largest_figures = 64 << 20;

/// The value at "a.b.2", or nothing.
const Json* value_at(const Json& json, std::string_view path) {
  const Json* at = &json;
  for (const auto part : split(path, '.')) {
    if (at->is_object()) {
      const auto found = at->find(std::string(part));
      if (found == at->end()) return nullptr;
      at = &*found;
    } else {
      const auto place = parse_uint(part);
      if (!at->is_array() || !place || *place >= at->size()) return nullptr;
      at = &(*at)[*place];
    }
  }
  return at;
}

Result<double> figure_in(const fs::path& file, const std::string& key) {
  const auto text = read_file(file, largest_figures);
  if (!text) return propagate(text.error());
  const auto json =
      json_is_deeper(*text) ? Json(Json::value_t::discarded) : Json::parse(*text, nullptr, false);
  if (json.is_discarded()) return fail(ErrorKind::malformed, file, "is no JSON");
  const auto* value = value_at(json, key);
  if (value == nullptr) return fail(ErrorKind::malformed, file, "has no {}", key);
  if (!value->is_number()) return fail(ErrorKind::malformed, file, "{} is no number", key);
  return value->get<double>();
}

/// For a pattern that means this very text.
std::string literally(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace

FileFigures figures_in_files(const RunSetup& setup, const Plan& plan) {
  FileFigures result;
  for (const auto& metric : plan.metrics) {
    const auto file = setup.metric_files.find(metric.name);
    if (file == setup.metric_files.end()) continue;
    const auto figure = figure_in(file->second, metric.key);
    if (figure)
      result.figures[metric.name] = *figure;
    else
      result.missing.push_back(fmt::format("no {}: {}", metric.name, to_string(figure.error())));
  }
  return result;
}

std::map<std::string, double> figures_left_by(const RunSetup& setup, const Plan& plan) {
  auto figures = figures_in_files(setup, plan).figures;
  const auto output = read_file(setup.output / output_log, largest_figures);
  if (!output) return figures;
  OutputWatch watch(plan);
  watch.hear(0, *output);
  watch.finish();
  figures.insert(watch.metrics().begin(), watch.metrics().end());
  return figures;
}

std::vector<std::string> collect_files(const RunSetup& setup) {
  std::vector<std::string> problems;
  std::map<std::string, fs::path> taken;
  for (const auto& pattern : setup.collect) {
    const auto whole = (fs::path(literally(setup.folder.string())) / pattern).string();
    glob_t found{};
    const int answer = ::glob(whole.c_str(), GLOB_MARK, nullptr, &found);
    if (answer != 0) problems.push_back(fmt::format("nothing to collect for {}", pattern));
    for (std::size_t i = 0; answer == 0 && i < found.gl_pathc; ++i) {
      const fs::path file = fs::path(found.gl_pathv[i]).lexically_normal();
      std::error_code error;
      if (!fs::is_regular_file(file, error) || file.parent_path() == setup.output) continue;
      if (const auto [other, fresh] = taken.emplace(file.filename(), file); !fresh) {
        if (other->second != file)
          problems.push_back(fmt::format("{} was not collected: {} has the same name", file.string(),
                                         other->second.string()));
        continue;
      }
      fs::copy_file(file, setup.output / file.filename(), fs::copy_options::overwrite_existing, error);
      if (error) problems.push_back(fmt::format("{} was not collected: {}", file.string(), error.message()));
    }
    ::globfree(&found);
  }
  return problems;
}

}  // namespace joulecast::lab
