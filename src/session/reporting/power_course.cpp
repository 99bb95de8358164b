#include "session/reporting/power_course.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <future>
#include <limits>
#include <utility>

namespace joulecast::session {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
/// A step of which less was read says too little.
constexpr double least_covered = 0.2;
constexpr std::size_t fewest_steps = 20;

const trace::Trace* trace_of(const trace::Run& run, const trace::ComponentEnergy& row) {
  const auto found = std::ranges::find_if(run.traces, [&](const trace::Trace& trace) {
    return trace.channel.name == row.channel && trace.channel.node == row.node;
  });
  return found == run.traces.end() ? nullptr : &*found;
}

std::vector<double> even_edges(trace::Span span, std::size_t steps) {
  std::vector<double> edges(steps + 1);
  for (std::size_t i = 0; i <= steps; ++i)
    edges[i] =
        span.begin.value() + span.length().value() * static_cast<double>(i) / static_cast<double>(steps);
  return edges;
}

std::vector<double> mean_power(const trace::Trace& trace, const std::vector<double>& edges) {
  std::vector<trace::Span> steps;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    steps.push_back({Seconds{edges[i]}, Seconds{edges[i + 1]}});
  const auto parts = trace::integrate(trace, steps, {.gaps = trace::GapPolicy::exclude});
  std::vector<double> watts(steps.size(), unknown);
  for (std::size_t i = 0; parts && i < steps.size(); ++i)
    if (const auto& part = (*parts)[i]; part.covered > steps[i].length() * least_covered)
      watts[i] = (part.energy / part.covered).value();
  return watts;
}

std::vector<double> mean_gauge(const trace::Trace& trace, const std::vector<double>& edges) {
  std::vector<double> values;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    values.push_back(trace::time_mean(trace, {Seconds{edges[i]}, Seconds{edges[i + 1]}}).value_or(unknown));
  return values;
}

std::vector<double> utilisation_of(const trace::Run& run, const trace::ComponentEnergy& row,
                                   const std::vector<double>& edges) {
  for (const auto& trace : run.traces) {
    const auto& channel = trace.channel;
    if (channel.quantity == trace::Quantity::utilisation && channel.component == row.component &&
        channel.device == row.device && channel.node == row.node && !trace.empty())
      return mean_gauge(trace, edges);
  }
  return {};
}

/// Places of the readings of a span, and of the one before it: [first, last).
std::pair<std::size_t, std::size_t> readings_of(const trace::Trace& trace, trace::Span span) {
  const auto& times = trace.times;
  const auto first = std::ranges::upper_bound(times, span.begin.value());
  const auto last = std::ranges::lower_bound(times, span.end.value());
  const auto place = [&](auto at) { return static_cast<std::size_t>(at - times.begin()); };
  return {place(first == times.begin() ? first : std::prev(first)),
          place(last == times.end() ? last : std::next(last))};
}

/// A counter that is renewed every 100 ms may seem to move by two renewals within 100 ms or by none: over so
/// many renewals, one more or less is at most a tenth.
constexpr double renewals = 10;

/// Twice as many readings as steps, so that none stays empty by chance, and none shorter than ten renewals of
/// a counter.
std::size_t steps_for(const trace::Run& run, const trace::RunEnergy& energy, trace::Span span,
                      std::size_t most) {
  std::size_t readings = 0;
  double shortest = 0;
  for (const auto& row : energy.components)
    if (const auto* trace = trace_of(run, row)) {
      const auto [first, last] = readings_of(*trace, span);
      readings = std::max(readings, last - std::min(first, last));
      if (trace->channel.behaviour == trace::Behaviour::counter)
        shortest = std::max(shortest, renewals * trace->channel.update_period.value());
    }
  auto steps = readings / 2;
  if (shortest > 0) steps = std::min(steps, static_cast<std::size_t>(span.length().value() / shortest));
  return std::clamp(steps, std::min(fewest_steps, most), most);
}

/// Power by readings; of a counter, or of a total made from counters, as a mean over ten renewals.
class ReadPower {
 public:
  ReadPower(const trace::Trace& trace, Seconds update_period, bool is_total)
      : trace_(trace),
        counter_(trace.channel.behaviour == trace::Behaviour::counter),
        averaged_(counter_ || is_total),
        least_(nearly * renewals * update_period.value()) {}

  [[nodiscard]] bool is_averaged() const { return averaged_; }
  /// At the trace's i-th reading; call it for each i > 0 one after the other. NaN while the time since the
  /// first reading, or since a gap, is too short to tell.
  [[nodiscard]] double at(std::size_t i, bool is_lost) {
    if (!averaged_) return trace_.values[i];
    if (is_lost) return restart(i);
    joules_ += joules_of(i);
    while (first_ + 1 < i && trace_.times[i] - trace_.times[first_ + 1] >= least_)
      joules_ -= joules_of(++first_);
    const double length = trace_.times[i] - trace_.times[first_];
    return length >= least_ ? joules_ / length : unknown;
  }
  /// Begins so early that the power is known at this reading; returns the one at which it begins.
  [[nodiscard]] std::size_t begin_before(std::size_t i) {
    first_ = i;
    if (averaged_)
      while (first_ > 0 && trace_.times[i] - trace_.times[first_] < least_) --first_;
    return first_;
  }

 private:
  static constexpr double nearly = 0.9;  ///< readings of ten renewals come a little early at times

  /// The window begins at this reading.
  double restart(std::size_t i) {
    first_ = i;
    joules_ = 0;
    return unknown;
  }
  /// Since the reading before. A total's values are the mean powers of these times.
  [[nodiscard]] double joules_of(std::size_t i) const {
    if (counter_) return trace_.values[i] - trace_.values[i - 1];
    return trace_.values[i] * (trace_.times[i] - trace_.times[i - 1]);
  }

  const trace::Trace& trace_;
  bool counter_, averaged_;
  double least_;
  std::size_t first_ = 0;
  double joules_ = 0;
};

/// Whether a gap covers the time between a reading and the one before it; `gap` moves on with the readings.
bool is_lost(const trace::Trace& trace, std::size_t i, std::size_t& gap) {
  const auto& gaps = trace.gaps;
  while (gap < gaps.size() && gaps[gap].end.value() <= trace.times[i - 1]) ++gap;
  return gap < gaps.size() && gaps[gap].begin.value() < trace.times[i];
}

/// Where a time lies among steps of equal length.
class Steps {
 public:
  explicit Steps(const std::vector<double>& edges)
      : begin_(edges.front()), count_(edges.size() - 1), length_((edges.back() - begin_) / last()) {}
  /// From 0 at the first step's begin to their number at the last one's end.
  [[nodiscard]] double place(double time) const { return std::clamp((time - begin_) / length_, 0.0, last()); }

 private:
  [[nodiscard]] double last() const { return static_cast<double>(count_); }
  double begin_;
  std::size_t count_;
  double length_;
};

/// The readings themselves, where no gap is among them: few comparisons for each. Moves on with the steps.
void put_extremes_of_readings(const Steps& steps, const trace::Trace& trace, std::size_t first,
                              std::size_t last, const std::vector<double>& mean, std::vector<double>& low,
                              std::vector<double>& high) {
  const auto& [channel, times, values, gaps] = trace;
  const auto begin = times.begin(), end = begin + static_cast<std::ptrdiff_t>(last);
  auto since = begin + static_cast<std::ptrdiff_t>(first), until = since;
  ++since;  // the first reading tells of no time
  for (std::size_t step = 0; step < mean.size(); ++step) {
    const auto from = static_cast<double>(step);
    since = std::partition_point(since, end, [&](double time) { return steps.place(time) <= from; });
    until = std::partition_point(until, end, [&](double time) { return steps.place(time) < from + 1; });
    if (!std::isfinite(mean[step])) continue;
    const auto stop = std::min(static_cast<std::size_t>(until - begin) + 1, last);
    double lowest = low[step], highest = high[step];  // in registers: millions of readings may follow
    for (auto i = static_cast<std::size_t>(since - begin); i < stop; ++i) {
      if (!std::isfinite(values[i])) continue;
      lowest = std::min(lowest, values[i]);
      highest = std::max(highest, values[i]);
    }
    low[step] = lowest;
    high[step] = highest;
  }
}

/// The lowest and highest reading in each step. A reading tells of the time since the one before it, and so
/// of every step that this time meets.
void put_extremes(const std::vector<double>& edges, const trace::Trace& trace, Seconds update_period,
                  bool is_total, const std::vector<double>& mean, std::vector<double>& low,
                  std::vector<double>& high) {
  low = high = mean;
  const Steps steps(edges);
  const auto [first, last] = readings_of(trace, {Seconds{edges.front()}, Seconds{edges.back()}});
  if (first >= last) return;
  ReadPower power(trace, update_period, is_total);
  if (!power.is_averaged() && trace.gaps.empty())
    return put_extremes_of_readings(steps, trace, first, last, mean, low, high);
  std::size_t gap = 0;
  auto i = power.begin_before(first);
  double place = steps.place(trace.times[i]);
  for (++i; i < last; ++i) {
    const double before = std::exchange(place, steps.place(trace.times[i]));
    const bool lost = is_lost(trace, i, gap);
    const double value = power.at(i, lost);
    if (lost || !std::isfinite(value)) continue;
    const auto whole = static_cast<std::size_t>(place);
    const auto end = whole + (place > static_cast<double>(whole) ? 1 : 0);
    for (auto step = static_cast<std::size_t>(before); step < end; ++step) {
      if (!std::isfinite(mean[step])) continue;
      low[step] = std::min(low[step], value);
      high[step] = std::max(high[step], value);
    }
  }
}

Result<PowerCourse> course_in(const trace::Run& run, const trace::RunEnergy& energy,
                              const trace::Trace& total, trace::Span span, std::size_t most_steps) {
  if (!(span.length() > Seconds{0}) || total.size() < 2)
    return fail(ErrorKind::unavailable, run.info.id, "the run has too few readings for a course of time");
  PowerCourse course;
  course.edges = even_edges(span, steps_for(run, energy, span, most_steps));
  Seconds longest_update{0};  // of the counters in the total
  course.mean.assign(course.edges.size() - 1, 0);
  for (const auto& row : energy.components) {
    const auto* trace = trace_of(run, row);
    if (!trace || !row.energy) continue;
    course.devices.push_back({row.component,
                              row.device,
                              row.node,
                              row.provenance,
                              row.in_total,
                              mean_power(*trace, course.edges),
                              {},
                              {},
                              utilisation_of(run, row, course.edges)});
    auto& device = course.devices.back();
    const auto& channel = trace->channel;
    put_extremes(course.edges, *trace, channel.update_period, /*is_total=*/false, device.watts, device.low,
                 device.high);
    if (!row.in_total) continue;
    if (channel.behaviour == trace::Behaviour::counter)
      longest_update = std::max(longest_update, channel.update_period);
    for (std::size_t i = 0; i < course.mean.size(); ++i) course.mean[i] += device.watts[i];
  }
  put_extremes(course.edges, total, longest_update, longest_update > Seconds{0}, course.mean, course.low,
               course.high);
  for (const auto& gap : total.gaps)
    if (const auto part = trace::intersect(gap, span); part.length() > Seconds{0})
      course.gaps.push_back(part);
  course.throttling = throttling_of(run, span, Seconds{course.edges[1] - course.edges[0]});
  return course;
}

}  // namespace

PowerHistory power_history(trace::Run run) {
  // At once, since of a long run each reads millions of readings and somebody waits for the picture.
  auto energy = std::async([&run] { return trace::energy_of(run); });
  auto total = trace::total_power(run);
  auto known = energy.get();
  return {std::move(run), std::move(known), std::move(total)};
}

Result<PowerCourse> power_course(const PowerHistory& history, trace::Span span, std::size_t most_steps) {
  if (!history.total) return propagate(history.total.error());
  const auto whole = history.run.span;
  if (!(span.begin < whole.end))
    return fail_field("from", "must lie before the run's end, {:g} s, not at {:g} s", whole.end.value(),
                      span.begin.value());
  if (!(span.end > whole.begin) || !(span.end > span.begin))
    return fail_field("to", "must lie after the beginning, {:g} s, not at {:g} s",
                      std::max(span.begin, whole.begin).value(), span.end.value());
  return course_in(history.run, history.energy, *history.total, trace::intersect(span, whole), most_steps);
}

Result<PowerCourse> power_course(const trace::Run& run, const trace::RunEnergy& energy,
                                 std::size_t most_steps) {
  const auto total = trace::total_power(run);
  if (!total) return propagate(total.error());
  return course_in(run, energy, *total, run.span, most_steps);
}

std::vector<UtilisationShare> energy_by_utilisation(const PowerCourse& course) {
  constexpr std::array bounds{0.0, 0.1, 0.5, 0.9, 1.0};
  std::vector<UtilisationShare> shares;
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) shares.push_back({bounds[i], bounds[i + 1]});
  bool any = false;
  for (const auto& device : course.devices) {
    if (device.component != trace::Component::gpu) continue;
    for (std::size_t i = 0; i < device.utilisation.size(); ++i) {
      const double busy = device.utilisation[i];
      if (!std::isfinite(busy + device.watts[i])) continue;
      const Seconds length{course.edges[i + 1] - course.edges[i]};
      auto& share =
          *std::ranges::find_if(shares, [&](const auto& s) { return busy < s.to || s.to == bounds.back(); });
      share.time += length;
      share.energy += Watts{device.watts[i]} * length;
      any = true;
    }
  }
  return any ? shares : std::vector<UtilisationShare>{};
}

std::optional<double> imbalance_of(const trace::RunEnergy& energy) {
  Joules sum{0};
  Joules most{0};
  int count = 0;
  for (const auto& row : energy.components) {
    if (row.component != trace::Component::gpu || !row.energy) continue;
    sum += *row.energy;
    most = std::max(most, *row.energy);
    ++count;
  }
  if (count < 2 || !(sum > Joules{0})) return std::nullopt;
  return most / (sum / count) - 1;
}

}  // namespace joulecast::session
