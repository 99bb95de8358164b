// How much was covered, on what it ran, and what was assumed.
#include <fmt/format.h>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/reporting/runs_report.hpp"
#include "report/reporting/sections.hpp"
#include "report/runs/run_text.hpp"
#include "report/runs/run_words.hpp"

namespace joulecast::report {
namespace {

constexpr auto left = Align::left;
constexpr auto right = Align::right;

std::string uncertainty_text(const std::optional<Joules>& energy, double relative) {
  if (!energy) return "";
  return relative > 0 ? "±" + percent(relative) : "not stated";
}

std::string remark_on(const trace::ComponentEnergy& row) {
  if (row.provenance == Provenance::missing) return "nothing measures it: not in the total";
  return row.in_total ? "" : "part of another figure, not added";
}

/// The assumption behind a modelled value, or how a measured one was reached.
std::string note_of(const trace::Run& run, const trace::ComponentEnergy& row) {
  for (const auto& trace : run.traces)
    if (trace.channel.name == row.channel && trace.channel.node == row.node) return trace.channel.note;
  return "";
}

void put(DataTable& table, const std::string& what, const std::string& value) {
  if (!value.empty()) table.rows.push_back({what, value});
}

DataTable environment_table(const trace::Run& run) {
  const auto& host = run.host;
  const auto& training = run.info.training;
  DataTable table{"", {left, left}, {"what", "value"}, {}};
  put(table, "run", run.info.id);
  put(table, "status", status_text(run));
  if (run.started) put(table, "started", to_iso8601(*run.started));
  put(table, "duration", to_text(run.span.length()));
  constexpr std::size_t longest = 200;
  put(table, "command", shorten(join(run.command, " "), longest));
  put(table, "network", training.architecture);
  put(table, "data", training.dataset);
  put(table, "framework", training.framework);
  if (training.batch_size) put(table, "batch size", amount(*training.batch_size));
  put(table, "machine", host.hostname);
  put(table, "operating system", host.os);
  put(table, "processor", host.cpu_model);
  if (host.logical_cpus) put(table, "logical processors", std::to_string(*host.logical_cpus));
  constexpr double gibibyte = 1024.0 * 1024 * 1024;
  if (host.memory_bytes) put(table, "memory", fmt::format("{:.1f} GiB", *host.memory_bytes / gibibyte));
  put(table, "GPUs", host.gpus.empty() ? training.gpu : join(host.gpus, ", "));
  put(table, "source of the record", run.info.source);
  put(table, "Joulecast", host.joulecast_version);
  for (const auto& [name, value] : run.tags) put(table, "tag " + name, value);
  return table;
}

void put_assumptions(Section& section, const session::ReportedRun& reported) {
  const auto& summary = reported.summary;
  for (const auto& row : summary.energy.components) {
    const auto note = note_of(summary.run, row);
    if (note.empty() || row.provenance == Provenance::missing) continue;
    section.blocks.push_back(Paragraph{fmt::format(
        "{} ({}): {}.", component_text(row.component, row.device, row.node), name_of(row.provenance), note)});
  }
  if (summary.carbon.mass && summary.carbon.intensity)
    section.blocks.push_back(Paragraph{"Emissions (assumed): " + summary.carbon.intensity->source + "."});
  for (const auto& note : summary.run.notes) section.blocks.push_back(Paragraph{"Note: " + note});
}

}  // namespace

Section coverage_section(const session::ReportedRun& run) {
  const auto& energy = run.summary.energy;
  Section section{"Coverage by component", 2, {}};
  DataTable table{"",
                  {left, right, left, right, right, left},
                  {"component", "energy", "provenance", "covered time", "90 % interval", ""},
                  {}};
  for (const auto& row : energy.components)
    table.rows.push_back({component_text(row.component, row.device, row.node),
                          row.energy ? to_text(*row.energy) : "unknown", std::string(name_of(row.provenance)),
                          row.energy ? percent(row.coverage) : "",
                          uncertainty_text(row.energy, row.relative_uncertainty), remark_on(row)});
  const auto left_out = left_out_text(energy);
  if (energy.total)
    table.rows.push_back({"total", to_text(*energy.total), std::string(name_of(energy.provenance)),
                          percent(energy.coverage),
                          uncertainty_text(energy.total, energy.relative_uncertainty),
                          left_out.empty() ? "" : "without " + left_out});
  section.blocks.push_back(std::move(table));
  return section;
}

Section environment_section(const session::ReportedRun& run) {
  Section section{"Environment and assumptions", 2, {environment_table(run.summary.run)}};
  put_assumptions(section, run);
  return section;
}

Section paper_section(const session::RunsReport& report) {
  Section section{"In a paper", 1, {}};
  if (report.runs.size() <= session::most_runs_in_full)
    for (const auto& run : report.runs) section.blocks.push_back(Paragraph{statement(run)});
  else
    section.blocks.push_back(Paragraph{statement(report)});
  return section;
}

}  // namespace joulecast::report
