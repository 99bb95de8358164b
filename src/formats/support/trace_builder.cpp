#include "formats/support/trace_builder.hpp"

#include <algorithm>
#include <utility>

namespace joulecast::formats {

void TraceBuilder::add(double time, double value) {
  if (!trace_.empty() && time <= trace_.times.back()) return;
  if (trace_.channel.behaviour == trace::Behaviour::counter) {
    value = accumulate(time, value);
  } else if (broken_) {
    if (broken_since_ && *broken_since_ < time)
      trace_.gaps.push_back({Seconds{*broken_since_}, Seconds{time}});
    broken_ = false;
  }
  trace_.times.push_back(time);
  trace_.values.push_back(value);
}

double TraceBuilder::accumulate(double time, double count) {
  const double used = trace_.empty() ? 0 : count - last_count_;
  last_count_ = count;
  if (trace_.empty()) return 0;
  if (used < 0) trace_.gaps.push_back({Seconds{trace_.times.back()}, Seconds{time}});
  return trace_.values.back() + std::max(0.0, used);
}

void TraceBuilder::missing(double time) {
  interrupt();
  if (!broken_since_) broken_since_ = time;
  last_missing_ = time;
}

void TraceBuilder::interrupt() {
  // A counter's next difference covers what was not read.
  if (broken_ || trace_.channel.behaviour == trace::Behaviour::counter) return;
  broken_ = true;
  broken_since_ = trace_.empty() ? std::nullopt : std::optional{trace_.times.back()};
}

trace::Trace TraceBuilder::finish() && {
  if (broken_ && broken_since_ && last_missing_ && *last_missing_ > *broken_since_)
    trace_.gaps.push_back({Seconds{*broken_since_}, Seconds{*last_missing_}});
  return std::move(trace_);
}

}  // namespace joulecast::formats
