#include "session/forecast/project_run.hpp"

#include <filesystem>

#include "formats/run_bundle.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

/// How other finished runs of the same command ended. A run of the maximum length would have gone on.
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
  auto run = (*store)->load(request.run);
  if (!run) return propagate(run.error());
  Loaded loaded{std::move(*run), {}};
  if (const auto& rule = request.history.early_stopping)
    loaded.stops = earlier_stops(**store, loaded.run, rule->max_epochs);
  return loaded;
}

}  // namespace

Result<report::ProjectionReport> project(const ProjectRequest& request) {
  if (auto ok = carbon::check(request.place); !ok) return propagate(ok.error());
  auto loaded = load(request);
  if (!loaded) return propagate(loaded.error());
  auto options = request.history;
  options.earlier_stops = std::move(loaded->stops);
  auto history = estimate::project_history(loaded->run, options);
  if (!history) return propagate(history.error());
  const auto at = estimate::find_moment(*history, request.at);
  if (!at) return propagate(at.error());

  report::ProjectionReport report;
  report.run = !loaded->run.info.name.empty() ? loaded->run.info.name : loaded->run.info.id;
  report.started = loaded->run.started;
  report.history = std::move(*history);
  report.at = *at;
  report.ask_work = options.ask_work;
  report.ask_budget = options.ask_budget;
  auto place = request.place;
  const auto& kept = loaded->run.place;
  if (place.country.empty() && place.cloud_region.empty() && !place.intensity_g_per_kwh) {
    place.country = kept.country;
    place.cloud_region = kept.cloud_region;
    place.intensity_g_per_kwh = kept.intensity_g_per_kwh;
  }
  if (!place.pue) place.pue = kept.pue;
  report.carbon = carbon::estimate(to_kilowatt_hours(report.history.moments[*at].projection.total.value),
                                   place, carbon::IntensityTable::read());
  return report;
}

}  // namespace joulecast::session
