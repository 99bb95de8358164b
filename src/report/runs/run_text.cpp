#include "report/runs/run_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/runs/job_text.hpp"
#include "report/runs/nodes_text.hpp"
#include "report/runs/run_words.hpp"
#include "report/runs/segments_text.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

constexpr auto left = Align::left;
constexpr auto right = Align::right;

/// A command quoted so that it can be typed again.
std::string command_text(const std::vector<std::string>& command) {
  std::vector<std::string> words;
  for (const auto& word : command) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n\"'\\$&;|<>()*?`#~") == std::string::npos;
    words.push_back(plain ? word : fmt::format("'{}'", word));
  }
  return join(words, " ");
}

std::string head_text(const session::RunSummary& summary, std::size_t width) {
  const auto& run = summary.run;
  auto text = printable(run.info.name.empty() ? run.info.id : run.info.name + " · " + run.info.id);
  std::vector<std::string> facts{status_text(run)};
  if (summary.last_heard) facts.back() += ", last heard of at " + to_iso8601(*summary.last_heard);
  if (run.started) facts.push_back(to_iso8601(*run.started));
  facts.push_back(to_text(run.span.length()));
  if (const auto segments = run.info.segments.size(); segments > 1)
    facts.push_back(fmt::format("{} segments", segments));
  if (!run.host.hostname.empty()) facts.push_back("on " + printable(run.host.hostname));
  text += "\n" + join(facts, " · ") + "\n";
  if (const auto job = job_text(run.info.job); !job.empty()) text += shorten(job, width) + "\n";
  if (!run.command.empty()) text += shorten(command_text(run.command), width) + "\n";
  std::vector<std::string> tags;
  for (const auto& [name, value] : run.tags) tags.push_back(name + "=" + value);
  if (!tags.empty()) text += shorten(join(tags, " "), width) + "\n";
  return text;
}

/// Remarks that belong to a component's figure.
std::string remark_on(const trace::ComponentEnergy& row) {
  if (row.provenance == Provenance::missing) return "nothing here measures it: not in the total";
  std::vector<std::string> remarks;
  if (row.relative_uncertainty > 0) remarks.push_back(fmt::format("±{}", percent(row.relative_uncertainty)));
  if (!row.in_total) remarks.emplace_back("part of another figure, not added");
  return join(remarks, ", ");
}

void add_total(TextTable& table, const session::RunSummary& summary) {
  const auto& energy = summary.energy;
  if (!energy.total) {
    table.add(
        {"total", "unknown", "", "", "", "no source of energy could be read: joulecast doctor says why"});
    return;
  }
  std::vector<std::string> remarks;
  if (energy.relative_uncertainty > 0)
    remarks.push_back(fmt::format("±{}", percent(energy.relative_uncertainty)));
  if (energy.not_measured && !remarks.empty()) remarks.back() += " of what was measured";
  if (const auto parts = left_out_text(energy); !parts.empty()) remarks.push_back("without " + parts);
  table.add({"total", to_text(*energy.total), "", std::string(name_of(energy.provenance)),
             percent(energy.coverage), join(remarks, ", ")});
}

std::string gauge_text(const session::GaugeMean& mean) {
  using trace::Quantity;
  constexpr double gibibyte = 1024.0 * 1024 * 1024;
  switch (mean.quantity) {
    case Quantity::utilisation:
      return "utilisation " + percent(mean.mean);
    case Quantity::memory_utilisation:
      return "memory busy " + percent(mean.mean);
    case Quantity::memory_used:
    case Quantity::process_memory:
      return fmt::format("memory {:.2f} GiB", mean.mean / gibibyte);
    case Quantity::temperature:
      return fmt::format("{:.0f} °C", mean.mean);
    case Quantity::frequency:
      return fmt::format("{:.2f} GHz", mean.mean * 1e-9);
    case Quantity::throttled_by_power:
      return mean.mean > 0 ? "held back by its power limit for " + percent(mean.mean) + " of the time" : "";
    case Quantity::throttled_by_heat:
      return mean.mean > 0 ? "held back by heat for " + percent(mean.mean) + " of the time" : "";
    case Quantity::process_cpu:
      return "CPU " + percent(mean.mean) + " of the machine";
    case Quantity::energy:
    case Quantity::power:
      break;
  }
  return "";
}

std::string means_text(const std::vector<session::GaugeMean>& means) {
  std::vector<std::pair<std::string, std::vector<std::string>>> devices;
  for (const auto& mean : means) {
    const auto device = component_text(mean.component, mean.device, mean.node);
    auto found = std::ranges::find(devices, device, [](const auto& entry) { return entry.first; });
    if (found == devices.end()) found = devices.insert(devices.end(), {device, {}});
    if (auto text = gauge_text(mean); !text.empty()) found->second.push_back(std::move(text));
  }
  TextTable table({left, left});
  for (const auto& [device, texts] : devices) table.add({device, join(texts, ", ")});
  return table.empty() ? "" : "\nOn average\n" + table.text();
}

std::string sensors_text(const trace::Run& run) {
  TextTable table({left, left});
  std::string unused;
  for (const auto& sensor : run.sensors) {
    if (!sensor.used) {  // most machines lack most sources; `doctor` and the JSON give the reasons
      unused += (unused.empty() ? "" : ", ") + sensor.sensor;
      continue;
    }
    std::string detail = sensor.reason;
    if (sensor.readings > 0) {
      detail = fmt::format("{} readings", sensor.readings);
      if (sensor.failed_readings > 0) detail += fmt::format(", {} failed", sensor.failed_readings);
      if (sensor.mean_latency > Seconds{0})
        detail +=
            fmt::format(", {} each, {} at most", to_text(sensor.mean_latency), to_text(sensor.max_latency));
      if (!sensor.reason.empty()) detail += "; " + sensor.reason;
    }
    table.add({sensor.sensor, detail});
  }
  auto text = table.empty() ? "" : "\nSensors\n" + table.text();
  if (!unused.empty()) text += "  not used: " + unused + " (joulecast doctor says why)\n";
  return text;
}

std::string overhead_text(const trace::Run& run) {
  if (run.sampler_cpu <= Seconds{0} || run.span.length() <= Seconds{0}) return "";
  const double cores = run.sampler_cpu / run.span.length();
  const double percent = 100 * cores;
  const auto share = cores >= 1     ? fmt::format("{:.1f} cores", cores)
                     : percent < 10 ? fmt::format("{:.2g} % of one core", percent)
                                    : fmt::format("{:.0f} % of one core", percent);
  return fmt::format("\nMeasuring took {} of CPU time, {}.\n", to_text(run.sampler_cpu), share);
}

std::string notes_text(const trace::Run& run) {
  std::string text = run.notes.empty() ? "" : "\nNotes\n";
  for (const auto& note : run.notes) text += "  - " + printable(note) + "\n";
  return text;
}

}  // namespace

std::string status_text(const trace::Run& run) {
  std::string text(name_of(run.status));
  if (run.exit_status && (run.status == trace::RunStatus::failed || *run.exit_status != 0))
    text += fmt::format(", exit status {}", *run.exit_status);
  return text;
}

std::string component_text(trace::Component component, const std::string& device, const std::string& node) {
  std::string text(name_of(component));
  // The beginning of a long UUID identifies the device.
  if (!device.empty()) text += " " + shorten(device, 16);
  return node.empty() ? text : node + " " + text;
}

std::string energy_text(const session::RunSummary& summary) {
  const auto& energy = summary.energy;
  TextTable table({left, right, right, left, right, left});
  table.add({"", "energy", "share", "provenance", "coverage", ""});
  for (const auto& row : energy.components) {
    const auto name = component_text(row.component, row.device, row.node);
    const bool shared = row.energy && row.in_total && energy.total && *energy.total > Joules{0};
    table.add({row.in_total || !row.energy ? name : "  " + name,  // what another contains is set in
               row.energy ? to_text(*row.energy) : "unknown",
               shared ? percent(*row.energy / *energy.total) : "", std::string(name_of(row.provenance)),
               row.energy ? percent(row.coverage) : "", remark_on(row)});
  }
  add_total(table, summary);
  if (summary.idle) {
    table.add({"baseline", to_text(summary.idle->baseline), "", "", "",
               fmt::format("{} idle for {}", to_text(summary.idle->power),
                           to_text(summary.run.span.length() - energy.not_measured.value_or(Seconds{0})))});
    table.add({"net", to_text(summary.idle->net), "", "", "", std::string(net_text(*summary.idle))});
  }
  std::string head = "\nEnergy\n";
  if (energy.total) {
    head =
        fmt::format("\nEnergy   {}, {}", to_text(*energy.total), to_text(to_kilowatt_hours(*energy.total)));
    if (summary.mean_power) head += fmt::format(", {} on average", to_text(*summary.mean_power));
    if (energy.not_measured) head += fmt::format("; {} were not measured", to_text(*energy.not_measured));
    head += "\n";
  }
  return head + table.text();
}

std::string carbon_text(const session::RunSummary& summary) {
  const auto& carbon = summary.carbon;
  if (!carbon.mass || !carbon.intensity || !summary.energy.total)
    return "\nCarbon   unknown\n  " + printable(carbon.reason) + "\n";
  auto text = fmt::format("\nCarbon   {}", to_text(*carbon.mass));
  if (const auto parts = left_out_text(summary.energy); !parts.empty()) text += ", without " + parts;
  text += fmt::format("\n  {} x {:.4g} g/kWh", to_text(to_kilowatt_hours(*summary.energy.total)),
                      carbon.intensity->value.value());
  text += carbon.pue_given ? fmt::format(" x PUE {:.4g}\n", carbon.pue)
                           : ", the machine alone (no --pue was given)\n";
  return text + "  " + printable(carbon.intensity->source) + "\n";
}

std::string to_text(const session::RunSummary& summary, const RunTextOptions& options) {
  const auto& run = summary.run;
  return head_text(summary, options.width) + energy_text(summary) + nodes_text(summary) +
         carbon_text(summary) + segments_text(summary) + phases_text(summary) +
         epochs_text(summary, options) + steps_text(summary) + windows_text(summary) +
         projections_text(summary) + means_text(summary.means) + sensors_text(run) + overhead_text(run) +
         notes_text(run);
}

}  // namespace joulecast::report
