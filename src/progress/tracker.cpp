#include "progress/tracker.hpp"

#include <algorithm>
#include <utility>

namespace joulecast::progress {

void Tracker::open(int index, Seconds at) {
  trace::Epoch epoch;
  epoch.index = index;
  epoch.span.begin = std::max(at, last_end_);
  open_ = std::move(epoch);
}

void Tracker::close(Seconds at, std::optional<double> work) {
  open_->span.end = std::max(at, open_->span.begin);
  open_->work = work;
  last_end_ = open_->span.end;
  last_index_ = open_->index;
  finished_.push_back(std::move(*open_));
  open_.reset();
}

void Tracker::add_metric(const Event& event) {
  metrics_.push_back(
      {since_start(event.time), event.epoch ? event.epoch : current_epoch(), event.name, event.value});
  const auto& index = metrics_.back().epoch;
  if (!index) return;
  // Metrics on the line that ends an epoch come after its end and still belong to it.
  if (open_ && open_->index == *index) {
    open_->metrics[event.name] = event.value;
    return;
  }
  const auto late = std::ranges::find(finished_, *index, &trace::Epoch::index);
  if (late != finished_.end()) late->metrics[event.name] = event.value;
}

void Tracker::take(const Event& event) {
  if (event.total_epochs) total_epochs_ = event.total_epochs;
  if (event.total_work) total_work_ = event.total_work;
  const auto at = since_start(event.time);
  switch (event.kind) {
    case EventKind::run_begin:
      // What came before (imports, loading data) belongs to no epoch
      if (!open_ && !last_index_) last_end_ = at;
      break;
    case EventKind::epoch_begin:
      if (open_ && open_->index == *event.epoch) break;  // the beginning was reported twice
      if (last_index_ && *event.epoch <= *last_index_) ++contradictions_;
      if (open_) close(at, std::nullopt);
      open(*event.epoch, at);
      break;
    case EventKind::epoch_end:
      if (open_ && open_->index != *event.epoch) ++contradictions_;
      if (!open_) {
        if (last_index_ && *event.epoch <= *last_index_) {
          ++contradictions_;
          break;  // the end was reported before
        }
        open(*event.epoch, last_end_);
      }
      close(at, event.work);
      break;
    case EventKind::metric:
      add_metric(event);
      break;
    case EventKind::run_end:
      if (open_) close(at, std::nullopt);
      break;
    default:
      break;
  }
}

void Tracker::finish(SteadyTime time) {
  if (open_) close(since_start(time), std::nullopt);
}

std::vector<trace::Epoch> Tracker::take_finished() {
  return std::exchange(finished_, {});
}
std::vector<trace::MetricPoint> Tracker::take_metrics() {
  return std::exchange(metrics_, {});
}

}  // namespace joulecast::progress
