#include "report/run_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

constexpr auto left = Align::left;
constexpr auto right = Align::right;

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string percent(double share) {
  const double value = 100 * share;
  if (value > 0 && value < 0.5) return "< 1 %";
  // 99.7 % is not all of it.
  return fmt::format("{:.0f} %", share < 1 ? std::min(value, 99.0) : value);
}

/// A command as one could type it again.
std::string command_text(const std::vector<std::string>& command) {
  std::vector<std::string> words;
  for (const auto& word : command) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n\"'\\$&;|<>()*?`#~") == std::string::npos;
    words.push_back(plain ? word : fmt::format("'{}'", word));
  }
  return join(words, " ");
}

std::string head_text(const trace::Run& run, std::size_t width) {
  auto text = run.info.name.empty() ? run.info.id : run.info.name + " · " + run.info.id;
  std::vector<std::string> facts{status_text(run)};
  if (run.started) facts.push_back(to_iso8601(*run.started));
  facts.push_back(to_text(run.span.length()));
  if (!run.host.hostname.empty()) facts.push_back("on " + run.host.hostname);
  text += "\n" + join(facts, " · ") + "\n";
  if (!run.command.empty()) text += shorten(command_text(run.command), width) + "\n";
  std::vector<std::string> tags;
  for (const auto& [name, value] : run.tags) tags.push_back(name + "=" + value);
  if (!tags.empty()) text += shorten(join(tags, " "), width) + "\n";
  return text;
}

/// What else must be known of a component's figure.
std::string remark_on(const trace::ComponentEnergy& row) {
  if (row.provenance == Provenance::missing) return "nothing here measures it: not in the total";
  std::vector<std::string> remarks;
  if (row.relative_uncertainty > 0) remarks.push_back(fmt::format("±{}", percent(row.relative_uncertainty)));
  if (!row.in_total) remarks.emplace_back("part of another figure, not added");
  return join(remarks, ", ");
}

void add_total(TextTable& table, const RunReport& report) {
  const auto& energy = report.energy;
  if (!energy.total) {
    table.add(
        {"total", "unknown", "", "", "", "no source of energy could be read: joulecast doctor says why"});
    return;
  }
  std::vector<std::string> remarks;
  if (energy.relative_uncertainty > 0)
    remarks.push_back(fmt::format("±{}", percent(energy.relative_uncertainty)));
  if (!energy.missing.empty()) remarks.push_back("without " + join(energy.missing, " and "));
  table.add({"total", to_text(*energy.total), "", std::string(name_of(energy.provenance)),
             percent(energy.coverage), join(remarks, ", ")});
}

std::string gauge_text(const GaugeMean& mean) {
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
    case Quantity::process_cpu:
      return "CPU " + percent(mean.mean) + " of the machine";
    case Quantity::energy:
    case Quantity::power:
      break;
  }
  return "";
}

std::string means_text(const std::vector<GaugeMean>& means) {
  std::vector<std::pair<std::string, std::vector<std::string>>> devices;
  for (const auto& mean : means) {
    const auto device = component_text(mean.component, mean.device, mean.node);
    auto found = std::ranges::find(devices, device, [](const auto& entry) { return entry.first; });
    if (found == devices.end()) found = devices.insert(devices.end(), {device, {}});
    found->second.push_back(gauge_text(mean));
  }
  TextTable table({left, left});
  for (const auto& [device, texts] : devices) table.add({device, join(texts, ", ")});
  return table.empty() ? "" : "\nOn average\n" + table.text();
}

std::string sensors_text(const trace::Run& run) {
  TextTable table({left, left});
  std::string unused;
  for (const auto& sensor : run.sensors) {
    if (!sensor.used) {  // most machines lack most sources: the reasons are doctor's matter, and the JSON's
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
  const double percent = 100 * (run.sampler_cpu / run.span.length());
  return fmt::format("\nMeasuring took {} of CPU time, {} % of one core.\n", to_text(run.sampler_cpu),
                     percent < 10 ? fmt::format("{:.2g}", percent) : fmt::format("{:.0f}", percent));
}

std::string notes_text(const trace::Run& run) {
  std::string text = run.notes.empty() ? "" : "\nNotes\n";
  for (const auto& note : run.notes) text += "  - " + note + "\n";
  return text;
}

/// Metric names by how many epochs have them, then as they are spelt.
/// Four decimals suit losses and shares, and stand under each other.
std::string metric_text(double value) {
  const double size = std::abs(value);
  return value == 0 || (size >= 5e-4 && size < 1e4) ? fmt::format("{:.4f}", value)
                                                    : fmt::format("{:.3g}", value);
}

std::vector<std::string> chosen_metrics(const trace::Run& run, std::size_t most) {
  std::map<std::string, int> counts;
  for (const auto& epoch : run.epochs)
    for (const auto& [name, value] : epoch.metrics) ++counts[name];
  std::vector<std::pair<std::string, int>> ranked(counts.begin(), counts.end());
  std::ranges::stable_sort(ranked, std::ranges::greater{}, [](const auto& entry) { return entry.second; });
  if (ranked.size() > most) ranked.resize(most);
  std::vector<std::string> names;
  for (const auto& [name, count] : ranked) names.push_back(name);
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> epoch_row(const RunReport& report, std::size_t i,
                                   const std::vector<std::string>& metrics) {
  const auto& epoch = report.run.epochs[i];
  const auto& energy = report.epoch_energy[i];
  std::vector<std::string> row{
      std::to_string(epoch.index), to_text(epoch.span.length()), energy ? to_text(*energy) : "unknown",
      energy && epoch.span.length() > Seconds{0} ? to_text(*energy / epoch.span.length()) : ""};
  for (const auto& name : metrics) {
    const auto value = epoch.metrics.find(name);
    row.push_back(value == epoch.metrics.end() ? "" : metric_text(value->second));
  }
  return row;
}

std::string interval_text(const trace::Projection& projection) {
  if (!projection.low || !projection.high) return "";
  return fmt::format("{} to {}", to_text(*projection.low), to_text(*projection.high));
}

/// Of each method its first dependable projection and those at a tenth, a quarter, half and three quarters of
/// the work.
std::vector<const trace::Projection*> chosen_projections(const trace::Run& run) {
  std::map<std::string, std::vector<const trace::Projection*>> by_method;
  for (const auto& projection : run.projections) by_method[projection.method].push_back(&projection);
  std::vector<const trace::Projection*> chosen;
  for (const auto& entry : by_method) {
    const auto& list = entry.second;
    const auto take = [&](auto wanted) {
      const auto found = std::ranges::find_if(list, wanted);
      if (found != list.end() && std::ranges::find(chosen, *found) == chosen.end()) chosen.push_back(*found);
    };
    take([](const auto* projection) { return projection->ready; });
    for (const double share : {0.1, 0.25, 0.5, 0.75})
      take([share](const auto* projection) { return projection->share >= share; });
  }
  std::ranges::stable_sort(chosen, {}, [](const auto* projection) { return projection->share; });
  return chosen;
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
  // A UUID is long and its beginning names the device well enough.
  if (!device.empty()) text += " " + shorten(device, 16);
  return node.empty() ? text : node + " " + text;
}

std::string energy_text(const RunReport& report) {
  const auto& energy = report.energy;
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
  add_total(table, report);
  if (report.idle) {
    table.add(
        {"baseline", to_text(report.idle->baseline), "", "", "",
         fmt::format("{} idle for {}", to_text(report.idle->power), to_text(report.run.span.length()))});
    table.add({"net", to_text(report.idle->net), "", "", "", "total without the baseline"});
  }
  std::string head = "\nEnergy\n";
  if (energy.total) {
    head =
        fmt::format("\nEnergy   {}, {}", to_text(*energy.total), to_text(to_kilowatt_hours(*energy.total)));
    if (report.mean_power) head += fmt::format(", {} on average", to_text(*report.mean_power));
    head += "\n";
  }
  return head + table.text();
}

std::string carbon_text(const RunReport& report) {
  const auto& carbon = report.carbon;
  if (!carbon.mass || !carbon.intensity || !report.energy.total)
    return "\nCarbon   unknown\n  " + carbon.reason + "\n";
  auto text = fmt::format("\nCarbon   {}", to_text(*carbon.mass));
  if (!report.energy.missing.empty()) text += ", without " + join(report.energy.missing, " and ");
  text += fmt::format("\n  {} x {:.4g} g/kWh", to_text(to_kilowatt_hours(*report.energy.total)),
                      carbon.intensity->value.value());
  text += carbon.pue_given ? fmt::format(" x PUE {:.4g}\n", carbon.pue)
                           : ", the machine alone (no --pue was given)\n";
  return text + "  " + carbon.intensity->source + "\n";
}

std::string epochs_text(const RunReport& report, const RunTextOptions& options) {
  const auto& epochs = report.run.epochs;
  if (epochs.empty()) return "";
  const auto metrics = chosen_metrics(report.run, options.most_metrics);
  TextTable table(std::vector<Align>(4 + metrics.size(), right));
  std::vector<std::string> head{"epoch", "duration", "energy", "power"};
  head.insert(head.end(), metrics.begin(), metrics.end());
  table.add(std::move(head));
  const bool shortened = epochs.size() > options.most_epochs;
  const auto shown_at_ends = options.most_epochs / 2;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    if (shortened && i >= shown_at_ends && i < epochs.size() - shown_at_ends) {
      if (i == shown_at_ends) table.add({"…"});
      continue;
    }
    table.add(epoch_row(report, i, metrics));
  }
  return fmt::format("\nEpochs   {}{}\n{}", epochs.size(),
                     shortened ? ", some left out here; --json has all" : "", table.text());
}

std::string projections_text(const RunReport& report) {
  const auto chosen = chosen_projections(report.run);
  if (chosen.empty()) return "";
  TextTable table({right, left, right, left, right, left});
  table.add({"done", "method", "projected", "90 % interval", "off by", ""});
  for (const auto* projection : chosen) {
    const auto error = projection_error(report, *projection);
    table.add({percent(projection->share), projection->method, to_text(projection->total),
               interval_text(*projection),
               error ? fmt::format("{:+.1f} %", std::abs(*error) < 0.05 ? 0.0 : *error) : "",
               projection->ready ? "" : "not yet dependable"});
  }
  const bool ended = report.run.status == trace::RunStatus::finished && report.energy.total;
  return fmt::format("\nProjections of the total{}\n{}",
                     ended ? fmt::format(", which came to {}", to_text(*report.energy.total)) : "",
                     table.text());
}

std::string to_text(const RunReport& report, const RunTextOptions& options) {
  const auto& run = report.run;
  return head_text(run, options.width) + energy_text(report) + carbon_text(report) +
         epochs_text(report, options) + projections_text(report) + means_text(report.means) +
         sensors_text(run) + overhead_text(run) + notes_text(run);
}

}  // namespace joulecast::report
