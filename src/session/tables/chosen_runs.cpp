#include "session/tables/chosen_runs.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "session/tables/load_run_table.hpp"

namespace joulecast::session {
namespace {

std::vector<std::string> metrics_of(const std::vector<trace::Run>& runs) {
  std::set<std::string> names;
  for (const auto& run : runs) {
    for (const auto& [name, value] : run.info.quality) names.insert(name);
    for (const auto& epoch : run.epochs)
      for (const auto& [name, value] : epoch.metrics) names.insert(name);
  }
  return {names.begin(), names.end()};
}

/// A run without epochs is judged by what was recorded of the whole.
std::optional<JudgedMetric> metric_of(const trace::Run& run) {
  if (auto metric = correctness_of(run)) return metric;
  if (run.info.quality.empty()) return std::nullopt;
  const auto& name = run.info.quality.begin()->first;
  return JudgedMetric{name, is_a_loss(name)};
}

}  // namespace

std::optional<JudgedMetric> most_usual_metric(const std::vector<trace::Run>& runs) {
  std::map<std::string, std::pair<int, bool>> counts;
  for (const auto& run : runs)
    if (const auto metric = metric_of(run)) {
      auto& [count, is_loss] = counts[metric->name];
      ++count;
      is_loss = metric->lower_is_better;
    }
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second.first; });
  if (most == counts.end()) return std::nullopt;
  return JudgedMetric{most->first, most->second.second};
}

Result<ChosenRuns> choose_runs(const std::string& store, const std::vector<std::string>& references) {
  std::string name;
  const auto runs = stored_runs(store, references, name);
  if (!runs) return propagate(runs.error());
  auto table = table_of_runs(*runs, name);
  if (table.rows() == 0)
    return propagate(with_reasons({ErrorKind::invalid, "holds no finished run", name}, table.left_out()));
  return ChosenRuns{std::move(table), metrics_of(*runs), most_usual_metric(*runs)};
}

}  // namespace joulecast::session
