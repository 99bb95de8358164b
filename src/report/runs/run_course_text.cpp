// The course of a run: its phases, epochs, steps and windows, and the projections of its total.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/runs/run_text.hpp"
#include "report/text_table.hpp"
#include "trace/forecast_doubt.hpp"

namespace joulecast::report {
namespace {

constexpr auto left = Align::left;
constexpr auto right = Align::right;

/// Four decimals suit losses and accuracies and line up in a column.
std::string metric_text(double value) {
  const double size = std::abs(value);
  return value == 0 || (size >= 5e-4 && size < 1e4) ? fmt::format("{:.4f}", value)
                                                    : fmt::format("{:.3g}", value);
}

/// The metrics that most epochs have, sorted by name.
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

/// Duration, energy and mean power.
std::vector<std::string> cost_cells(trace::Span span, const std::optional<Joules>& energy) {
  return {to_text(span.length()), energy ? to_text(*energy) : "unknown",
          energy && span.length() > Seconds{0} ? to_text(*energy / span.length()) : ""};
}

void append(std::vector<std::string>& row, std::vector<std::string>&& cells) {
  row.insert(row.end(), std::make_move_iterator(cells.begin()), std::make_move_iterator(cells.end()));
}

/// Whether the table of epochs says to which phase each belongs.
bool epochs_say_phase(const trace::Run& run) {
  return std::ranges::any_of(run.epochs, [](const auto& epoch) { return epoch.phase > 0; });
}

std::string phase_of(const session::RunSummary& summary, const trace::Epoch& epoch) {
  const auto& names = summary.course.phase_names;
  return epoch.phase < names.size() ? names[epoch.phase] : "";
}

std::vector<std::string> epoch_row(const session::RunSummary& summary, std::size_t i,
                                   const std::vector<std::string>& metrics) {
  const auto& epoch = summary.run.epochs[i];
  std::vector<std::string> row;
  if (epochs_say_phase(summary.run)) row.push_back(phase_of(summary, epoch));
  row.push_back(std::to_string(epoch.index));
  append(row, cost_cells(epoch.span, summary.epoch_energy[i]));
  for (const auto& name : metrics) {
    const auto value = epoch.metrics.find(name);
    row.push_back(value == epoch.metrics.end() ? "" : metric_text(value->second));
  }
  return row;
}

/// "300 of 400 steps"
std::string work_text(const trace::Phase& phase) {
  const auto total = phase.total_work ? " of " + amount(*phase.total_work) : "";
  return fmt::format("{}{} {}", amount(phase.work), total, plural_of(phase.unit));
}

std::string cost_text(const session::WorkCost& cost) {
  std::vector<std::string> parts;
  if (cost.per_1000_steps) parts.push_back(to_text(*cost.per_1000_steps) + " per 1,000 steps");
  if (cost.per_sample) parts.push_back(to_text(*cost.per_sample) + " per sample");
  if (cost.per_million_tokens) parts.push_back(to_text(*cost.per_million_tokens) + " per million tokens");
  return join(parts, ", ");
}

std::string interval_text(const trace::Projection& projection) {
  if (!projection.low || !projection.high) return "";
  return fmt::format("{} to {}", to_text(*projection.low), to_text(*projection.high));
}

/// For each method, of the projections that were not withdrawn: the first that was ready and those at a
/// tenth, a quarter, half and three quarters of the work.
std::vector<const trace::Projection*> chosen_projections(const trace::Run& run) {
  std::map<std::string, std::vector<const trace::Projection*>> by_method;
  for (const auto& projection : run.projections)
    if (!projection.withdrawn) by_method[projection.method].push_back(&projection);
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

std::string phases_text(const session::RunSummary& summary) {
  const auto& phases = summary.run.phases;
  const auto& course = summary.course;
  const bool told_by_epochs = phases.empty() || (phases.size() == 1 && phases.front().unit == "epoch");
  const auto per_unit = cost_text(course.cost);
  if (told_by_epochs && per_unit.empty()) return "";
  if (told_by_epochs) return fmt::format("\nWork     {}\n", per_unit);
  constexpr std::size_t most = 20;
  TextTable table({left, right, right, right, right});
  table.add({"phase", "work", "duration", "energy", "power"});
  for (std::size_t i = 0; i < std::min(phases.size(), most); ++i) {
    std::vector<std::string> row{course.phase_names[i], work_text(phases[i])};
    append(row, cost_cells(phases[i].span, course.phase_energy[i]));
    table.add(std::move(row));
  }
  return fmt::format("\nPhases   {}{}\n{}{}", phases.size(),
                     phases.size() > most ? ", the later ones are left out here; --json has all" : "",
                     table.text(), per_unit.empty() ? "" : "  " + per_unit + "\n");
}

std::string steps_text(const session::RunSummary& summary) {
  constexpr std::size_t epochs_that_tell_more = 4;
  const auto& course = summary.course;
  if (course.parts.empty() || summary.run.epochs.size() >= epochs_that_tell_more) return "";
  const auto phase = course.parts.front().phase;
  const auto unit = plural_of(summary.run.phases[phase].unit);
  TextTable table({right, right, right, right});
  table.add({unit, "duration", "energy", "power"});
  for (std::size_t i = 0; i < course.parts.size(); ++i) {
    const auto& part = course.parts[i];
    std::vector<std::string> row{fmt::format("{} to {}", amount(part.from), amount(part.to))};
    append(row, cost_cells(part.span, course.part_energy[i]));
    table.add(std::move(row));
  }
  return fmt::format("\nCourse of {}\n{}", printable(course.phase_names[phase]), table.text());
}

std::string windows_text(const session::RunSummary& summary) {
  const auto& windows = summary.course.windows;
  if (windows.empty()) return "";
  constexpr std::size_t most = 20;
  const auto& total = summary.energy.total;
  TextTable table({left, right, right, right, right, left});
  table.add({"window", "count", "duration", "energy", "share", ""});
  for (std::size_t i = 0; i < std::min(windows.size(), most); ++i) {
    const auto& window = windows[i];
    const bool shared = window.energy && total && *total > Joules{0};
    table.add({window.name, amount(static_cast<double>(window.count)), to_text(window.duration),
               window.energy ? to_text(*window.energy) : "unknown",
               shared ? percent(*window.energy / *total) : "",
               window.energy && !window.complete ? "without some that no reading covers" : ""});
  }
  return fmt::format("\nWindows{}\n{}",
                     windows.size() > most ? ", the cheaper ones are left out here; --json has all" : "",
                     table.text());
}

std::string epochs_text(const session::RunSummary& summary, const RunTextOptions& options) {
  const auto& epochs = summary.run.epochs;
  if (epochs.empty()) return "";
  const auto metrics = chosen_metrics(summary.run, options.most_metrics);
  std::vector<Align> columns(4 + metrics.size(), right);
  std::vector<std::string> head{"epoch", "duration", "energy", "power"};
  head.insert(head.end(), metrics.begin(), metrics.end());
  if (epochs_say_phase(summary.run)) {
    columns.insert(columns.begin(), left);
    head.insert(head.begin(), "phase");
  }
  TextTable table(std::move(columns));
  table.add(std::move(head));
  const bool shortened = epochs.size() > options.most_epochs;
  const auto shown_at_ends = options.most_epochs / 2;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    if (shortened && i >= shown_at_ends && i < epochs.size() - shown_at_ends) {
      if (i == shown_at_ends) table.add({"…"});
      continue;
    }
    table.add(epoch_row(summary, i, metrics));
  }
  return fmt::format("\nEpochs   {}{}\n{}", epochs.size(),
                     shortened ? ", some left out here; --json has all" : "", table.text());
}

std::string projections_text(const session::RunSummary& summary) {
  const auto withdrawn = std::ranges::count_if(summary.run.projections, &trace::Projection::withdrawn);
  const auto chosen = chosen_projections(summary.run);
  if (chosen.empty() && withdrawn == 0) return "";
  TextTable table({right, left, right, left, right, left});
  table.add({"done", "method", "projected", "90 % interval", "off by", ""});
  for (const auto* projection : chosen) {
    const auto error = projection_error(summary, *projection);
    table.add({percent(projection->share), projection->method, to_text(projection->total),
               interval_text(*projection),
               error ? fmt::format("{:+.1f} %", std::abs(*error) < 0.05 ? 0.0 : *error) : "",
               projection->ready ? "" : "not yet dependable"});
  }
  const bool ended = summary.run.status == trace::RunStatus::finished && summary.energy.total;
  auto text = fmt::format("\nProjections of the total{}\n{}",
                          ended ? fmt::format(", which came to {}", to_text(*summary.energy.total)) : "",
                          chosen.empty() ? "" : table.text());
  if (const auto doubt = trace::forecast_doubt_from(summary.run.info.forecast_doubt))
    if (const auto reason = trace::reason_of(*doubt); !reason.empty())
      text += fmt::format("  not relied on: {}\n", reason);
  if (withdrawn > 0)
    text += fmt::format("  {} withdrawn, as counting began again after {}\n", withdrawn,
                        withdrawn == 1 ? "it" : "them");
  return text;
}

}  // namespace joulecast::report
