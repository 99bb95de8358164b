#include "report/runs/import_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/plain_text.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

/// The first few items of a list and the number of the others.
std::string shortened(const std::vector<std::string>& list) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, list.size()); ++i)
    text += (i == 0 ? "" : ", ") + printable(list[i]);
  if (list.size() > most) text += fmt::format(" and {} more", list.size() - most);
  return text;
}

std::string run_text(const session::ImportedRun& run) {
  const auto energy = run.energy ? fmt::format("{} {}", to_text(*run.energy), name_of(run.provenance))
                                 : std::string("energy not known");
  const auto gaps = run.gaps > Seconds{0} ? ", gaps " + to_text(run.gaps) : std::string();
  return fmt::format("  {}  {} samples, {}{}{}\n", printable(run.id), run.samples, energy, gaps,
                     run.already_there ? " (already stored, left as it is)" : "");
}

std::string file_text(const session::ImportedFile& file) {
  auto text = fmt::format("{}: {}, {} run{}\n", file.file.string(), file.report.kind, file.runs.size(),
                          file.runs.size() == 1 ? "" : "s");
  for (const auto& run : file.runs) text += run_text(run);
  if (!file.report.taken.empty()) text += fmt::format("  taken: {}\n", shortened(file.report.taken));
  if (!file.report.left.empty()) text += fmt::format("  left:  {}\n", shortened(file.report.left));
  if (file.report.skipped_lines != 0)
    text += fmt::format("  {} lines could not be used{}\n", file.report.skipped_lines,
                        file.report.doubted_values == 0 ? ":" : "");
  if (file.report.doubted_values != 0)
    text += fmt::format("  {} values that no measurement gives were left out as gaps:\n",
                        file.report.doubted_values);
  for (const auto& fault : file.report.faults) text += fmt::format("    {}\n", printable(fault));
  return text;
}

}  // namespace

std::string to_text(const session::ImportOutcome& outcome) {
  std::string text;
  for (const auto& file : outcome.files) text += file_text(file);
  if (!outcome.kept_in.empty() && !outcome.files.empty())
    text += fmt::format("kept in {}\n", outcome.kept_in);
  return text;
}

nlohmann::ordered_json to_json(const session::ImportOutcome& outcome) {
  auto runs = Json::array();
  auto files = Json::array();
  for (const auto& file : outcome.files) {
    for (const auto& run : file.runs)
      runs.push_back({{"id", run.id},
                      {"source_file", file.file.string()},
                      {"kind", file.report.kind},
                      {"samples", run.samples},
                      {"readings", run.readings},
                      {"energy_j", or_null(run.energy)},
                      {"provenance", name_of(run.provenance)},
                      {"gaps_s", run.gaps.value()},
                      {"skipped_lines", file.report.skipped_lines},
                      {"doubted_values", file.report.doubted_values},
                      {"already_stored", run.already_there}});
    files.push_back({{"source_file", file.file.string()},
                     {"kind", file.report.kind},
                     {"taken", file.report.taken},
                     {"left", file.report.left},
                     {"skipped_lines", file.report.skipped_lines},
                     {"doubted_values", file.report.doubted_values},
                     {"faults", file.report.faults}});
  }
  return {{"runs", runs}, {"files", files}, {"kept_in", outcome.kept_in}};
}

std::string to_json_text(const session::ImportOutcome& outcome) {
  return json_text(to_json(outcome));
}

}  // namespace joulecast::report
