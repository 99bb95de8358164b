#include "formats/support/channel_feed.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace joulecast::formats {

Status ChannelFeed::push(std::span<const double> times, std::span<const double> values,
                         ChannelOutput& output) {
  // Passes on whole stretches of good readings; only exceptions are handled one by one.
  for (std::size_t i = 0; i < times.size();) {
    if (last_time_ && times[i] <= *last_time_) {
      ++i;
      continue;
    }
    if (std::isnan(values[i])) {
      miss(times[i++]);
      continue;
    }
    auto end = i + 1;
    while (end < times.size() && times[end] > times[end - 1] && !std::isnan(values[end])) ++end;
    if (auto ok = pass(times.subspan(i, end - i), values.subspan(i, end - i), output); !ok) return ok;
    i = end;
  }
  return {};
}

Status ChannelFeed::pass(std::span<const double> times, std::span<const double> values,
                         ChannelOutput& output) {
  if (broken_ && broken_since_)
    if (auto ok = put_gap(*broken_since_, times.front(), output); !ok) return ok;
  broken_ = false;
  if (behaviour_ == trace::Behaviour::counter) {
    scratch_.clear();
    double before = last_time_.value_or(times.front());
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double used = samples_ + i == 0 ? 0 : values[i] - last_count_;
      if (used < 0)
        if (auto ok = put_gap(before, times[i], output); !ok) return ok;
      total_ += std::max(0.0, used);
      last_count_ = values[i];
      before = times[i];
      scratch_.push_back(total_);
    }
    values = scratch_;
  }
  if (!first_time_) first_time_ = times.front();
  last_time_ = times.back();
  samples_ += times.size();
  return output.append(times, values);
}

Status ChannelFeed::put_gap(double begin, double end, ChannelOutput& output) {
  if (end <= begin) return {};
  gaps_ += Seconds{end - begin};
  constexpr std::size_t enough = 16;  // silences that are told late are among the first readings
  if (first_gaps_.size() < enough) first_gaps_.push_back({Seconds{begin}, Seconds{end}});
  return output.gap({Seconds{begin}, Seconds{end}});
}

Status ChannelFeed::silence(double begin, double end, ChannelOutput& output) {
  const trace::Span span{Seconds{begin}, Seconds{end}};
  const bool known = std::ranges::any_of(
      first_gaps_, [&](const auto& gap) { return trace::intersect(gap, span).length() > Seconds{0}; });
  const bool read = first_time_ && *first_time_ <= begin && *last_time_ >= end;
  if (behaviour_ == trace::Behaviour::counter || known || !read) return {};
  return put_gap(begin, end, output);
}

void ChannelFeed::miss(double time) {
  interrupt();
  if (broken_ && !broken_since_) broken_since_ = time;
  last_missing_ = time;
}

void ChannelFeed::interrupt() {
  if (broken_ || behaviour_ == trace::Behaviour::counter) return;
  broken_ = true;
  broken_since_ = last_time_;
}

Status ChannelFeed::finish(ChannelOutput& output) {
  if (!broken_ || !broken_since_ || !last_missing_) return {};
  broken_ = false;
  return put_gap(*broken_since_, *last_missing_, output);
}

TraceBuilder::TraceBuilder(trace::Channel channel) : feed_(channel.behaviour) {
  trace_.channel = std::move(channel);
}

void TraceBuilder::add(double time, double value) {
  std::ignore = feed_.push({&time, 1}, {&value, 1}, *this);
}

void TraceBuilder::missing(double time) {
  add(time, std::numeric_limits<double>::quiet_NaN());
}

trace::Trace TraceBuilder::finish() && {
  std::ignore = feed_.finish(*this);
  std::ranges::sort(trace_.gaps, {}, &trace::Span::begin);
  return std::move(trace_);
}

Status TraceBuilder::append(std::span<const double> times, std::span<const double> values) {
  trace_.times.insert(trace_.times.end(), times.begin(), times.end());
  trace_.values.insert(trace_.values.end(), values.begin(), values.end());
  return {};
}

Status TraceBuilder::gap(trace::Span span) {
  trace_.gaps.push_back(span);
  return {};
}

}  // namespace joulecast::formats
