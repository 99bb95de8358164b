// The course of a run: its epochs, and the projections of its total.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "report/run_text.hpp"
#include "report/run_words.hpp"
#include "report/text_table.hpp"

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

std::vector<std::string> epoch_row(const session::RunSummary& summary, std::size_t i,
                                   const std::vector<std::string>& metrics) {
  const auto& epoch = summary.run.epochs[i];
  const auto& energy = summary.epoch_energy[i];
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

/// For each method, the first projection that was ready and those at a tenth, a quarter, half and three
/// quarters of the work.
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

std::string epochs_text(const session::RunSummary& summary, const RunTextOptions& options) {
  const auto& epochs = summary.run.epochs;
  if (epochs.empty()) return "";
  const auto metrics = chosen_metrics(summary.run, options.most_metrics);
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
    table.add(epoch_row(summary, i, metrics));
  }
  return fmt::format("\nEpochs   {}{}\n{}", epochs.size(),
                     shortened ? ", some left out here; --json has all" : "", table.text());
}

std::string projections_text(const session::RunSummary& summary) {
  const auto chosen = chosen_projections(summary.run);
  if (chosen.empty()) return "";
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
  return fmt::format("\nProjections of the total{}\n{}",
                     ended ? fmt::format(", which came to {}", to_text(*summary.energy.total)) : "",
                     table.text());
}

}  // namespace joulecast::report
