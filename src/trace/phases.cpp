#include "trace/phases.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::trace {
namespace {

// Files keep times in milliseconds, so an end and the begin at the same moment may differ by that much.
constexpr Seconds grain{0.002};

}  // namespace

bool is_done(double work, std::optional<double> total) {
  constexpr double rounding = 1e-9;
  return total && work >= *total * (1 - rounding);
}

bool all_work_is_done(const Run& run) {
  if (run.phases.empty()) return false;
  const auto& last = run.phases.back();
  double work = last.work;
  auto total = last.total_work;
  if (total_covers_phases(run)) {
    total = run.info.total_work;
    work = 0;
    for (const auto& phase : run.phases) work += phase.work;
  }
  constexpr double more = 1 + 1e-6;
  return is_done(work, total) && work <= *total * more;
}

bool may_count_again(std::span<const Phase> phases) {
  if (phases.size() != 2) return phases.size() > 2;
  const auto& now = phases.back();
  if (!now.total_work) return true;
  const auto& before = phases.front();
  return now.unit == before.unit && *now.total_work == before.total_work.value_or(before.work);
}

bool total_covers_phases(const Run& run) {
  if (run.phases.empty() || !run.info.total_work || !run.phases.back().total_work) return false;
  constexpr double rounding = 1e-6;
  // Folds that early stopping ends may together do less than one of them announces.
  const double last = *run.phases.back().total_work;
  return run.info.work_unit == run.phases.back().unit &&
         std::abs(*run.info.total_work - last) > last * rounding;
}

void withdraw_projections(Run& run) {
  if (!run.info.forecast_doubt.empty())
    for (auto& projection : run.projections) projection.ready = false;
  if (run.phases.size() < 2 || total_covers_phases(run)) return;
  for (auto& projection : run.projections) {
    if (projection.time > run.phases.back().span.begin + grain) continue;
    projection.withdrawn = true;
    projection.ready = false;
  }
}

}  // namespace joulecast::trace
