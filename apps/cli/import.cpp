// joulecast import: logs that others wrote, as runs.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "session/runs/import_files.hpp"

namespace joulecast::cli {
namespace {

using nlohmann::ordered_json;

struct Options {
  std::vector<std::string> files;
  std::string columns;
  std::string store;
  std::string bundle;
  std::string json;
  bool strict = false;
  bool join = false;
  bool dry_run = false;
};

session::ImportRequest request_of(const Options& arguments) {
  session::ImportRequest request;
  request.files = {arguments.files.begin(), arguments.files.end()};
  request.options.strict = arguments.strict;
  if (!arguments.columns.empty())
    for (const auto name : split(arguments.columns, ',')) request.options.columns.emplace_back(trim(name));
  request.join = arguments.join;
  request.dry_run = arguments.dry_run;
  if (!arguments.store.empty()) request.store = arguments.store;
  if (!arguments.bundle.empty()) request.bundle = arguments.bundle;
  return request;
}

ordered_json to_json(const session::ImportOutcome& outcome) {
  auto runs = ordered_json::array();
  auto files = ordered_json::array();
  for (const auto& file : outcome.files) {
    for (const auto& run : file.runs)
      runs.push_back({{"id", run.id},
                      {"source_file", file.file.string()},
                      {"kind", file.report.kind},
                      {"samples", run.samples},
                      {"readings", run.readings},
                      {"energy_j", run.energy ? ordered_json(run.energy->value()) : ordered_json(nullptr)},
                      {"provenance", name_of(run.provenance)},
                      {"gaps_s", run.gaps.value()},
                      {"skipped_lines", file.report.skipped_lines},
                      {"already_stored", run.already_there}});
    files.push_back({{"source_file", file.file.string()},
                     {"kind", file.report.kind},
                     {"taken", file.report.taken},
                     {"left", file.report.left},
                     {"skipped_lines", file.report.skipped_lines},
                     {"faults", file.report.faults}});
  }
  return {{"runs", runs}, {"files", files}, {"kept_in", outcome.kept_in}};
}

/// The first few of a list, and how many more there are.
std::string shortened(const std::vector<std::string>& list) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, list.size()); ++i) text += (i == 0 ? "" : ", ") + list[i];
  if (list.size() > most) text += fmt::format(" and {} more", list.size() - most);
  return text;
}

void print(const session::ImportOutcome& outcome) {
  for (const auto& file : outcome.files) {
    fmt::print("{}: {}, {} run{}\n", file.file.string(), file.report.kind, file.runs.size(),
               file.runs.size() == 1 ? "" : "s");
    for (const auto& run : file.runs) {
      const auto energy = run.energy ? fmt::format("{} {}", to_text(*run.energy), name_of(run.provenance))
                                     : std::string("energy not known");
      const auto gaps = run.gaps > Seconds{0} ? ", gaps " + to_text(run.gaps) : std::string();
      fmt::print("  {}  {} samples, {}{}{}\n", run.id, run.samples, energy, gaps,
                 run.already_there ? " (already stored, left as it is)" : "");
    }
    if (!file.report.taken.empty()) fmt::print("  taken: {}\n", shortened(file.report.taken));
    if (!file.report.left.empty()) fmt::print("  left:  {}\n", shortened(file.report.left));
    if (file.report.skipped_lines != 0)
      fmt::print("  {} lines could not be used:\n", file.report.skipped_lines);
    for (const auto& fault : file.report.faults) fmt::print("    {}\n", fault);
  }
  if (!outcome.kept_in.empty() && !outcome.files.empty()) fmt::print("kept in {}\n", outcome.kept_in);
}

int import_files(const Options& arguments) {
  if (auto ok = check_json_target(arguments.json); !ok) return report_error(ok.error());
  const auto outcome = session::import_files(request_of(arguments));
  if (!outcome) return report_error(outcome.error());
  int status = done;
  for (const auto& failure : outcome->failures) status = std::max(status, report_error(failure));
  const int answered = answer(
      arguments.json, [&] { print(*outcome); }, [&] { return to_json(*outcome); });
  return std::max(status, answered);
}

std::function<int()> define(Arguments app) {
  auto arguments = std::make_shared<Options>();
  app.add_option("FILE", arguments->files,
                 "nvidia-smi CSV, process CPU and memory CSV, CodeCarbon's emissions.csv, MLPerf MLLOG, or a "
                 "run bundle")
      .required();
  app.add_flag("--strict", arguments->strict, "Refuse a file with any line that cannot be used");
  app.add_flag("--join", arguments->join, "The files are about one run: join them by their clocks");
  app.add_option("--columns", arguments->columns,
                 "What the columns are where a nvidia-smi log has no header, as for --query-gpu");
  add_store_option(app, arguments->store);
  app.add_option("--bundle", arguments->bundle, "Write run bundles to this directory instead of storing");
  app.add_flag("--dry-run", arguments->dry_run, "Read and report, keep nothing");
  add_json_option(app, arguments->json);
  return [arguments] { return import_files(*arguments); };
}

}  // namespace

extern const Command import_command{"import", "Take runs from the logs of other tools", "Look back", define};

}  // namespace joulecast::cli
