#include "session/forecast/project_run.hpp"

#include <filesystem>

#include "formats/run_bundle.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

/// A finish time further away is not shown. It would also overflow the nanoseconds of a WallTime.
constexpr Seconds longest_told{3e9};

/// How other finished runs of the same command ended. A run that reached the maximum did not stop early, so
/// its stop epoch is unknown.
std::vector<estimate::EarlierStop> earlier_stops(const store::RunStore& store, const trace::Run& run,
                                                 int max_epochs) {
  std::vector<estimate::EarlierStop> stops;
  const auto rows = store.find();
  if (!rows || run.command.empty()) return stops;
  for (const auto& row : *rows) {
    if (row.id == run.info.id || row.command != run.command || row.epochs <= 0) continue;
    if (row.status == trace::RunStatus::running) continue;
    stops.push_back({row.epochs, row.status == trace::RunStatus::finished && row.epochs < max_epochs});
  }
  return stops;
}

struct Loaded {
  trace::Run run;
  std::vector<estimate::EarlierStop> stops;
  store::RunChoice choice{};
};

Result<Loaded> load(const ProjectRequest& request) {
  std::error_code ignored;
  if (std::filesystem::is_directory(request.run, ignored)) {
    auto run = formats::read_run_bundle(request.run);
    if (!run) return propagate(run.error());
    return Loaded{std::move(*run), {}};
  }
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  auto choice = (*store)->resolve(request.run);
  if (!choice) return propagate(choice.error());
  auto run = (*store)->load(choice->id);
  if (!run) return propagate(run.error());
  Loaded loaded{std::move(*run), {}, std::move(*choice)};
  if (const auto& rule = request.history.early_stopping)
    loaded.stops = earlier_stops(**store, loaded.run, rule->max_epochs);
  return loaded;
}

}  // namespace

Result<ProjectedRun> project(const ProjectRequest& request) {
  if (auto ok = carbon::check(request.place); !ok) return propagate(ok.error());
  auto loaded = load(request);
  if (!loaded) return propagate(loaded.error());
  auto options = request.history;
  options.earlier_stops = std::move(loaded->stops);
  auto history = estimate::project_history(loaded->run, options);
  if (!history) return propagate(history.error());
  const auto at = estimate::find_moment(*history, request.at);
  if (!at) return propagate(at.error());

  ProjectedRun result;
  result.choice = std::move(loaded->choice);
  result.run = !loaded->run.info.name.empty() ? loaded->run.info.name : loaded->run.info.id;
  result.started = loaded->run.started;
  result.history = std::move(*history);
  result.at = *at;
  result.ask_work = options.ask_work;
  result.ask_budget = options.ask_budget;
  const auto& moment = result.moment();
  const auto end = moment.time + moment.projection.remaining_time.value;
  if (result.started && end < longest_told) {
    result.finish_time = WallTime{result.started->ns + static_cast<std::int64_t>(end.value() * 1e9)};
  }
  result.carbon =
      carbon::estimate(to_kilowatt_hours(moment.projection.total.value),
                       replaced_by(loaded->run.place, request.place), carbon::IntensityTable::read());
  return result;
}

}  // namespace joulecast::session
