#include "session/forecast/measure_micro.hpp"

#include <fmt/format.h>

#include <map>

#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::session {
namespace {

/// A temporary folder.
class Scratch {
 public:
  Scratch() {
    std::error_code ignored;
    const auto parent = std::filesystem::temp_directory_path(ignored);
    path_ = make_temporary_directory(parent, "joulecast-calibrate").value_or(std::filesystem::path());
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string filled(std::string word, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values)
    for (auto at = word.find(name); at != std::string::npos; at = word.find(name, at + value.size()))
      word.replace(at, name.size(), value);
  return word;
}

/// Takes the component's mean power over the measurement, and its provenance.
void take_power(const MeasuredCommand& measured, const std::string& component, MicroResult& result) {
  double joules = 0;
  auto provenance = Provenance::measured;
  for (const auto& part : measured.energy.components) {
    if (name_of(part.component) != component || !part.energy || !part.in_total) continue;
    joules += part.energy->value();
    provenance = worst(provenance, part.provenance);
  }
  if (joules <= 0 || measured.duration.value() <= 0) return;
  result.power = Joules{joules} / measured.duration;
  result.provenance = provenance;
}

Result<MicroResult> measure_one(const MicroRequest& request, const MeasureCommand& measure,
                                const std::string& kind, const std::filesystem::path& scratch) {
  const auto output = scratch / (kind + ".txt");
  CommandToMeasure what{{}, Seconds{0.2}, scratch / "store.db"};
  for (const auto& word : request.command)
    what.command.push_back(filled(word, {{"{workload}", kind},
                                         {"{seconds}", fmt::format("{:g}", request.each.value())},
                                         {"{output}", output.string()}}));
  auto measured = measure(what);
  if (!measured) return propagate(measured.error());
  if (measured->exit_status != 0)
    return fail(ErrorKind::invalid, kind, "the command failed with exit status {}", measured->exit_status);
  MicroResult result{kind, 0, measured->duration, {}, Provenance::missing, measured->utilisation};
  if (!unit_of_micro(kind).empty()) {
    const auto text = read_file(output);
    const auto words = split(text ? trim(*text) : std::string_view{}, ' ');
    const auto amount = parse_double(words[0]);
    if (!amount || *amount <= 0)
      return fail(ErrorKind::invalid, kind, "the command wrote no positive number into {}",
                  output.filename().string());
    result.amount = *amount;
    if (const auto seconds = words.size() > 1 ? parse_double(words[1]) : std::nullopt;
        seconds && *seconds > 0)
      result.duration = Seconds{*seconds};
  }
  take_power(*measured, request.component, result);
  return result;
}

}  // namespace

Result<std::vector<MicroResult>> measure_micro(const MicroRequest& request, const MeasureCommand& measure) {
  if (request.command.empty())
    return fail(ErrorKind::invalid, "calibrate", "no command for the micro-workloads");
  const Scratch scratch;
  if (scratch.path().empty()) return fail(ErrorKind::unavailable, "calibrate", "no temporary folder");
  std::vector<MicroResult> results;
  for (const auto& kind : micro_kinds()) {
    auto result = measure_one(request, measure, kind, scratch.path());
    if (!result) return propagate(result.error());
    results.push_back(std::move(*result));
  }
  return results;
}

Status run_micro_into(const std::filesystem::path& file, std::string_view kind, Seconds duration) {
  const auto did = run_micro(kind, duration);
  if (!did) return propagate(did.error());
  return write_file(file, fmt::format("{:.17g} {:.17g}\n", did->amount, did->duration.value()));
}

}  // namespace joulecast::session
