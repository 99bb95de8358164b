#include "trace/node_progress.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace joulecast::trace {
namespace {

/// Nodes of one job do not end at the same moment.
constexpr Seconds most_apart{1};

bool has_progress(const Run& run) {
  return !run.epochs.empty() || !run.progress.empty();
}

Seconds last_told(const Run& run) {
  Seconds last{0};
  if (!run.epochs.empty()) last = run.epochs.back().span.end;
  if (!run.progress.empty()) last = std::max(last, run.progress.back().time);
  return last;
}

/// What was told until this time, and what the other one tells after it.
template <class T, class Time>
std::vector<T> told_by_both(std::vector<T> before, std::vector<T> after, Seconds at, Time time_of) {
  std::erase_if(before, [&](const T& one) { return time_of(one) > at; });
  std::erase_if(after, [&](const T& one) { return time_of(one) <= at; });
  std::ranges::move(after, std::back_inserter(before));
  return before;
}

/// A metric of an epoch that both have told stays as it was told first.
void add_metrics(std::vector<Epoch>& epochs, const std::vector<Epoch>& told) {
  for (auto& epoch : epochs)
    for (const auto& other : told)
      if (other.index == epoch.index && other.phase == epoch.phase)
        for (const auto& [name, value] : other.metrics) epoch.metrics.insert_or_assign(name, value);
}

}  // namespace

bool takes_progress(const Run& joined, Seconds end, const Run& run) {
  if (!has_progress(run)) return false;
  return !has_progress(joined) || last_told(run) > end + most_apart;
}

void take_progress(Run& joined, Seconds end, Run& run) {
  if (!has_progress(joined)) end = std::min(joined.span.begin, run.span.begin) - most_apart;
  add_metrics(run.epochs, joined.epochs);
  joined.epochs = std::move(run.epochs);
  joined.phases = std::move(run.phases);
  joined.progress = std::move(run.progress);
  const auto begin_of = [](const Window& window) { return window.span.begin; };
  joined.windows = told_by_both(std::move(joined.windows), std::move(run.windows), end, begin_of);
  const auto time_of = [](const MetricPoint& point) { return point.time; };
  joined.metrics = told_by_both(std::move(joined.metrics), std::move(run.metrics), end, time_of);
  joined.projections.clear();
  joined.info.total_work = run.info.total_work;
  joined.info.work_unit = run.info.work_unit;
}

}  // namespace joulecast::trace
