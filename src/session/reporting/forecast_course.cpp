#include "session/reporting/forecast_course.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "estimate/online/history.hpp"
#include "stats/summary.hpp"
#include "trace/energy.hpp"
#include "trace/probe_tag.hpp"

namespace joulecast::session {
namespace {

constexpr std::size_t most_runs = 200;
constexpr std::array shares{0.1, 0.25, 0.5, 0.75};
/// A forecast made this much later than wanted still counts.
constexpr double latest = 0.1;

std::vector<ForecastPoint> points_of(const trace::Run& run) {
  std::vector<ForecastPoint> points;
  for (const auto& p : run.projections)
    if (!p.withdrawn) points.push_back({p.share, p.total, p.low, p.high, p.ready});
  return points;
}

/// Several forecasts made at one share of the work, or of each run its first ready one.
class Outcomes {
 public:
  void add(const ForecastPoint& point, Joules truth) {
    shares_.push_back(point.share);
    errors_.push_back(std::abs(point.total / truth - 1));
    if (!point.low || !point.high) return;
    ++with_interval_;
    if (*point.low <= truth && truth <= *point.high) ++inside_;
  }
  [[nodiscard]] std::optional<ForecastAccuracy> accuracy() const {
    if (errors_.empty()) return std::nullopt;
    return ForecastAccuracy{stats::median(shares_), errors_.size(),
                            stats::median(errors_), *std::ranges::max_element(errors_),
                            with_interval_,         inside_};
  }

 private:
  std::vector<double> shares_;
  std::vector<double> errors_;
  std::size_t with_interval_ = 0;
  std::size_t inside_ = 0;
};

}  // namespace

Result<ForecastCourse> forecast_course(const trace::Run& run, std::optional<Joules> total) {
  ForecastCourse course;
  if (run.status == trace::RunStatus::finished) course.truth = total;
  course.points = points_of(run);
  if (!course.points.empty()) return course;
  const auto history = estimate::project_history(run);
  if (!history) return propagate(history.error());
  course.replayed = true;
  course.truth = history->measured;
  for (const auto& moment : history->moments) {
    const auto& p = moment.projection;
    ForecastPoint point{p.share, p.total.value, {}, {}, p.ready};
    if (p.total.interval) point.low = p.total.interval->low, point.high = p.total.interval->high;
    course.points.push_back(point);
  }
  return course;
}

Result<ForecastRecord> forecast_record(const store::RunStore& store, const std::string& host) {
  if (host.empty())
    return fail(ErrorKind::unavailable, "", "the record of the run does not say on which machine it ran");
  const auto rows = store.find({.status = trace::RunStatus::finished, .host = host, .limit = most_runs});
  if (!rows) return propagate(rows.error());
  ForecastRecord record{host, 0, {}, {}};
  std::array<Outcomes, shares.size()> at;
  Outcomes ready;
  for (const auto& row : *rows) {
    if (!row.energy || !(*row.energy > Joules{0})) continue;
    if (row.tags.contains(std::string(trace::probe_tag))) continue;
    const auto run = store.summary(row.id);
    if (!run) return propagate(run.error());
    const auto points = points_of(*run);
    if (points.empty()) continue;
    ++record.runs;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const auto found =
          std::ranges::find_if(points, [&](const auto& p) { return p.share >= shares[i] - 1e-9; });
      if (found != points.end() && found->share < shares[i] + latest) at[i].add(*found, *row.energy);
    }
    const auto first = std::ranges::find_if(points, &ForecastPoint::ready);
    if (first != points.end()) ready.add(*first, *row.energy);
  }
  if (record.runs == 0)
    return fail(ErrorKind::unavailable, "", "no finished run on {} has made forecasts yet", host);
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (auto accuracy = at[i].accuracy()) {
      accuracy->share = shares[i];
      record.at.push_back(*accuracy);
    }
  record.ready = ready.accuracy();
  return record;
}

}  // namespace joulecast::session
