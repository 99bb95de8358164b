#include "session/reporting/campaign_courses.hpp"

#include <memory>
#include <mutex>

#include "session/evaluate/online.hpp"
#include "session/forecast/workload_rows.hpp"
#include "session/runs/open_store.hpp"
#include "stability/detector.hpp"

namespace joulecast::session {
namespace {

/// Several threads ask for runs, and a store serves one at a time.
class SharedStore {
 public:
  explicit SharedStore(store::RunStore& store) : store_(store) {}
  [[nodiscard]] Result<trace::Run> load(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return store_.load(id);
  }

 private:
  store::RunStore& store_;
  std::mutex mutex_;
};

/// One row for each group: a run is taken for one of a source that has the group's name.
void put_stability(SharedStore& shared, const std::vector<RunGroup>& groups, CampaignCourses& courses) {
  std::vector<StabilitySource> sources;
  for (const auto& group : groups)
    for (const auto& id : group.runs)
      sources.push_back({id, [&shared, &group, id]() -> Result<trace::Run> {
                           auto run = shared.load(id);
                           if (run) run->info.source = group.name;
                           return run;
                         }});
  const std::vector<const stability::StabilityDetector*> methods{&stability::default_detector()};
  auto summary = summarise_stability(sources, methods, {});
  for (const auto& group : groups)  // in the order of the groups
    for (auto& row : summary.sources)
      if (row.group.source == group.name) courses.stability.push_back(row);
  courses.without_stability = std::move(summary.left_out);
}

Result<estimate::OnlineEvaluation> online_of(SharedStore& shared, const std::vector<RunGroup>& groups) {
  std::vector<EvaluationSource> sources;
  for (const auto& group : groups)
    for (const auto& id : group.runs) sources.push_back({id, [&shared, id] { return shared.load(id); }});
  auto evaluation = evaluate_runs(sources, {});
  if (!evaluation) return propagate(evaluation.error());
  if (evaluation->runs > 0) return evaluation;
  return fail(ErrorKind::unavailable, "", "{}",
              evaluation->skipped.empty() ? "there is no finished run" : evaluation->skipped.front().reason);
}

Result<estimate::OfflineEvaluation> offline_of(const store::RunStore& store,
                                               const std::vector<RunGroup>& groups, std::string& left_out) {
  const auto catalogue = hardware::catalogue();
  if (!catalogue) return propagate(catalogue.error());
  std::vector<std::string> ids;
  for (const auto& group : groups) ids.insert(ids.end(), group.runs.begin(), group.runs.end());
  const auto rows = workload_rows(store, *catalogue, ids);
  if (!rows) return propagate(rows.error());
  left_out = rows->left_out_text();
  if (rows->table.rows.empty())
    return fail(ErrorKind::unavailable, "", "{}", left_out.empty() ? "there is no finished run" : left_out);
  estimate::RowsLeftOut unknown;
  const auto samples = estimate::samples_of(rows->table, {&*catalogue, {}}, &unknown);
  if (!samples) return propagate(samples.error());
  return estimate::evaluate_offline(*samples, estimate::Split::configuration, {});
}

}  // namespace

Result<CampaignCourses> campaign_courses(const std::string& path, const std::vector<RunGroup>& groups) {
  const auto store = open_store(path, store::Access::read);
  if (!store) return propagate(store.error());
  CampaignCourses courses{{},
                          {},
                          fail(ErrorKind::unavailable, "", "not evaluated"),
                          fail(ErrorKind::unavailable, "", "not evaluated"),
                          {}};
  SharedStore shared(**store);
  put_stability(shared, groups, courses);
  courses.online = online_of(shared, groups);
  courses.offline = offline_of(**store, groups, courses.left_out_of_offline);
  return courses;
}

}  // namespace joulecast::session
