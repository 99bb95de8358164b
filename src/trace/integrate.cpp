#include "trace/integrate.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace joulecast::trace {
namespace {

/// Neumaier's compensated sum, so that the epochs of a long run add up to the run.
class Sum {
 public:
  void add(double x) {
    const double t = sum_ + x;
    lost_ += std::abs(sum_) >= std::abs(x) ? (sum_ - t) + x : (x - t) + sum_;
    sum_ = t;
  }
  [[nodiscard]] double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

/// Power at the two ends of an interval between readings. A gauge's power lies on the line between its
/// readings; a counter's is its difference over the time, the same at both ends.
struct Interval {
  double begin, end, power_begin, power_end;
  [[nodiscard]] double power(double t) const {
    return power_begin + (power_end - power_begin) * ((t - begin) / (end - begin));
  }
  [[nodiscard]] double energy(double from, double to) const {
    // Most intervals are taken whole: without divisions, which take most of the time.
    if (from == begin && to == end) return 0.5 * (power_begin + power_end) * (end - begin);
    return 0.5 * (power(from) + power(to)) * (to - from);
  }
};

constexpr double steps_of_a_short_gap = 5;
constexpr double share_of_a_short_gap = 0.5;

/// Tells the long gaps of a trace from the short ones.
class GapLengths {
 public:
  explicit GapLengths(const Trace& trace) : trace_(trace) {
    double gaps = 0;
    for (const auto& gap : trace.gaps) gaps += intersect(gap, trace.span()).length().value();
    covered_ = trace.span().length().value() - gaps;
  }

  [[nodiscard]] bool is_long(double length, std::size_t interval) const {
    return length > share_of_a_short_gap * covered_ &&
           length > steps_of_a_short_gap * usual_step_around(interval);
  }

 private:
  [[nodiscard]] double usual_step_around(std::size_t interval) const {
    constexpr std::size_t on_each_side = 8;
    const auto& times = trace_.times;
    const auto first = interval - std::min(interval, on_each_side);
    const auto last = std::min(interval + on_each_side + 1, times.size() - 1);
    std::vector<double> steps;
    for (auto i = first; i < last; ++i) steps.push_back(times[i + 1] - times[i]);
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    return *middle;
  }

  const Trace& trace_;
  double covered_ = 0;
};

class Integrator {
 public:
  Integrator(const Trace& trace, IntegrationOptions options)
      : trace_(trace),
        options_(options),
        counter_(trace.channel.behaviour == Behaviour::counter),
        lengths_(trace) {}

  SpanEnergy over(Span span) const {
    const auto& times = trace_.times;
    auto next = static_cast<std::size_t>(std::upper_bound(times.begin(), times.end(), span.begin.value()) -
                                         times.begin());
    return over(span, next);
  }

  /// Whether every interval between two readings has its own energy and nothing else is to be looked at.
  [[nodiscard]] bool is_plain() const { return trace_.gaps.empty() && options_.longest_step == Seconds{0}; }

  /// Of a plain trace: adds the energy since the first reading, one value for each.
  void add_to(std::vector<double>& values) const {
    Sum total;
    for (std::size_t i = 1; i < trace_.size(); ++i) {
      const auto step = interval(i - 1);
      total.add(step.energy(step.begin, step.end));
      values[i] += total.value();
    }
  }

  /// Energy of the whole interval i if no gap and no edge is in it, which most are: as over(), but in a tenth
  /// of its time. `gap` moves on with the intervals.
  [[nodiscard]] std::optional<double> whole(std::size_t i, std::size_t& gap) const {
    const auto interval = this->interval(i);
    if (options_.longest_step > Seconds{0} && interval.end - interval.begin > options_.longest_step.value())
      return std::nullopt;
    const auto& gaps = trace_.gaps;
    while (gap < gaps.size() && gaps[gap].end.value() <= interval.begin) ++gap;
    if (gap < gaps.size() && gaps[gap].begin.value() < interval.end) return std::nullopt;
    return interval.energy(interval.begin, interval.end);
  }

  /// The same for spans that follow each other: `next` moves on to the first reading after the span's begin.
  SpanEnergy over(Span span, std::size_t& next) const {
    const double from = span.begin.value();
    const double to = span.end.value();
    const auto& times = trace_.times;
    SpanEnergy result;
    if (!(from < to)) return result;
    while (next < times.size() && times[next] <= from) ++next;
    const auto first = next == 0 ? 0 : next - 1;
    if (is_plain()) return without_gaps(span, first);
    Sums sums;
    for (std::size_t i = first; i + 1 < times.size() && times[i] < to; ++i)
      add_interval(i, std::max(from, times[i]), std::min(to, times[i + 1]), sums);
    result.energy = Joules{sums.energy.value()};
    result.covered = Seconds{sums.covered.value()};
    result.gap = Seconds{sums.gap.value()};
    result.filled = Seconds{sums.filled.value()};
    result.guessed = Joules{sums.guessed.value()};
    result.outside = Seconds{std::max(0.0, (to - from) - sums.covered.value() - sums.gap.value())};
    return result;
  }

 private:
  /// As over(), from this reading on, of a trace that has no gap: its energy is all there is to add up.
  [[nodiscard]] SpanEnergy without_gaps(Span span, std::size_t first) const {
    const double from = span.begin.value();
    const double to = span.end.value();
    const auto& times = trace_.times;
    Sum energy;
    for (std::size_t i = first; i + 1 < times.size() && times[i] < to; ++i)
      energy.add(interval(i).energy(std::max(from, times[i]), std::min(to, times[i + 1])));
    SpanEnergy result;
    result.energy = Joules{energy.value()};
    result.covered = intersect(span, trace_.span()).length();
    result.outside = Seconds{std::max(0.0, (to - from) - result.covered.value())};
    return result;
  }

  struct Sums {
    Sum energy, covered, gap, filled, guessed;
  };

  [[nodiscard]] Interval interval(std::size_t i) const {
    const double begin = trace_.times[i];
    const double end = trace_.times[i + 1];
    if (!counter_) return {begin, end, trace_.values[i], trace_.values[i + 1]};
    const double mean = (trace_.values[i + 1] - trace_.values[i]) / (end - begin);
    return {begin, end, mean, mean};
  }

  /// The gap that interval i lies in, with the gaps that touch it: a counter that stood still has readings
  /// inside its gap, and none of them tells a power. The interval itself where it lies in no gap.
  [[nodiscard]] Span gap_around(std::size_t i) const {
    Span around{Seconds{trace_.times[i]}, Seconds{trace_.times[i + 1]}};
    const auto& gaps = trace_.gaps;
    auto first =
        std::partition_point(gaps.begin(), gaps.end(), [&](const Span& g) { return g.end <= around.begin; });
    if (first == gaps.end() || first->begin >= around.end) return around;
    auto last = first;
    while (first != gaps.begin() && std::prev(first)->end >= first->begin) --first;
    while (std::next(last) != gaps.end() && std::next(last)->begin <= last->end) ++last;
    return {std::min(around.begin, first->begin), std::max(around.end, last->end)};
  }

  /// The powers that the policy uses for interval i, which is a gap. A counter's difference is lost in a gap,
  /// so the powers come from the intervals on both sides.
  [[nodiscard]] Interval filled(std::size_t i) const {
    auto whole = interval(i);
    if (counter_) {
      const auto gap = gap_around(i);
      const auto& times = trace_.times;
      const auto ended = std::upper_bound(times.begin(), times.end(), gap.begin.value()) - times.begin();
      const auto next = std::lower_bound(times.begin(), times.end(), gap.end.value()) - times.begin();
      const bool has_before = ended >= 2;
      const bool has_after = static_cast<std::size_t>(next) + 1 < trace_.size();
      const double before = has_before ? interval(static_cast<std::size_t>(ended - 2)).power_end : 0;
      const double after = has_after ? interval(static_cast<std::size_t>(next)).power_begin : 0;
      whole = {gap.begin.value(), gap.end.value(), has_before ? before : after, has_after ? after : before};
    }
    if (options_.gaps == GapPolicy::hold) whole.power_end = whole.power_begin;
    return whole;
  }

  /// The part from a to b of a gap of the given length, within interval i.
  void add_gap(std::size_t i, double length, double a, double b, Sums& sums) const {
    sums.gap.add(b - a);
    if (options_.gaps == GapPolicy::exclude || trace_.channel.only_windows) return;
    if (options_.gaps == GapPolicy::bridge && lengths_.is_long(length, i)) return;
    const double energy = filled(i).energy(a, b);
    sums.energy.add(energy);
    sums.guessed.add(energy);
    sums.filled.add(b - a);
  }

  void add_interval(std::size_t i, double from, double to, Sums& sums) const {
    const auto whole = interval(i);
    if (options_.longest_step > Seconds{0} && whole.end - whole.begin > options_.longest_step.value()) {
      add_gap(i, whole.end - whole.begin, from, to, sums);
      return;
    }
    if (trace_.gaps.empty()) {
      sums.energy.add(whole.energy(from, to));
      sums.covered.add(to - from);
      return;
    }
    const auto first = std::partition_point(trace_.gaps.begin(), trace_.gaps.end(),
                                            [&](const Span& g) { return g.end.value() <= from; });
    double at = from;
    for (auto g = first; g != trace_.gaps.end() && g->begin.value() < to; ++g) {
      const double begin = std::max(at, g->begin.value());
      const double end = std::min(to, g->end.value());
      if (begin > at) {
        sums.energy.add(whole.energy(at, begin));
        sums.covered.add(begin - at);
      }
      if (end > begin) add_gap(i, g->length().value(), begin, end, sums);
      at = std::max(at, end);
    }
    if (to > at) {
      sums.energy.add(whole.energy(at, to));
      sums.covered.add(to - at);
    }
  }

  const Trace& trace_;
  IntegrationOptions options_;
  bool counter_;
  GapLengths lengths_;
};

Status check_integrable(const Trace& trace) {
  const auto& channel = trace.channel;
  const bool power = channel.quantity == Quantity::power && channel.behaviour == Behaviour::gauge;
  const bool energy = channel.quantity == Quantity::energy && channel.behaviour == Behaviour::counter;
  if (power || energy) return {};
  return fail(ErrorKind::invalid, channel.name, "a {} {} has no energy", name_of(channel.quantity),
              name_of(channel.behaviour));
}

}  // namespace

double SpanEnergy::coverage() const {
  const double whole = (covered + gap + outside).value();
  return whole > 0 ? covered.value() / whole : 1;
}

Result<SpanEnergy> integrate(const Trace& trace, Span span, IntegrationOptions options) {
  if (const auto ok = check_integrable(trace); !ok) return propagate(ok.error());
  return Integrator(trace, options).over(span);
}

Result<std::vector<SpanEnergy>> integrate(const Trace& trace, std::span<const Span> spans,
                                          IntegrationOptions options) {
  if (const auto ok = check_integrable(trace); !ok) return propagate(ok.error());
  const Integrator integrator(trace, options);
  std::vector<SpanEnergy> parts;
  parts.reserve(spans.size());
  for (const auto& span : spans) parts.push_back(integrator.over(span));
  return parts;
}

std::optional<double> value_at(const Trace& trace, Seconds time) {
  const double t = time.value();
  if (trace.empty() || t < trace.times.front() || t > trace.times.back()) return std::nullopt;
  const auto after = std::lower_bound(trace.times.begin(), trace.times.end(), t);
  const auto i = static_cast<std::size_t>(after - trace.times.begin());
  if (trace.times[i] == t) return trace.values[i];
  const double share = (t - trace.times[i - 1]) / (trace.times[i] - trace.times[i - 1]);
  return trace.values[i - 1] + share * (trace.values[i] - trace.values[i - 1]);
}

std::optional<double> time_mean(const Trace& trace, Span span) {
  const auto inside = intersect(span, trace.span());
  if (inside.length() <= Seconds{0}) return value_at(trace, span.begin);
  Sum area;
  auto i = static_cast<std::size_t>(
      std::upper_bound(trace.times.begin(), trace.times.end(), inside.begin.value()) - trace.times.begin());
  for (i = i == 0 ? 0 : i - 1; i + 1 < trace.size() && trace.times[i] < inside.end.value(); ++i) {
    const Interval interval{trace.times[i], trace.times[i + 1], trace.values[i], trace.values[i + 1]};
    area.add(interval.energy(std::max(interval.begin, inside.begin.value()),
                             std::min(interval.end, inside.end.value())));
  }
  return area.value() / inside.length().value();
}

Status add_accumulated(const Trace& trace, std::span<const double> times, IntegrationOptions options,
                       std::vector<double>& values, std::vector<Span>& gaps) {
  if (const auto ok = check_integrable(trace); !ok) return ok;
  const Integrator integrator(trace, options);
  if (integrator.is_plain() && std::ranges::equal(trace.times, times)) {
    integrator.add_to(values);
    return {};
  }
  gaps.insert(gaps.end(), trace.gaps.begin(), trace.gaps.end());
  Sum total;
  std::size_t next = 0, gap = 0;
  const auto energy_of = [&](const Span& step) {
    while (next < trace.size() && trace.times[next] <= step.begin.value()) ++next;
    const bool is_interval = next > 0 && next < trace.size() && trace.times[next - 1] == step.begin.value() &&
                             trace.times[next] == step.end.value();
    if (is_interval)
      if (const auto energy = integrator.whole(next - 1, gap)) return *energy;
    const auto part = integrator.over(step, next);
    // Before the first and after the last reading nothing is known. This becomes a gap, so that it is not
    // read as zero power.
    if (part.outside > 0.5 * step.length()) gaps.push_back(step);
    return part.energy.value();
  };
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (i > 0) total.add(energy_of({Seconds{times[i - 1]}, Seconds{times[i]}}));
    values[i] += total.value();
  }
  return {};
}

Result<Trace> accumulate(const Trace& trace, std::span<const double> times, IntegrationOptions options) {
  Trace result;
  result.channel = trace.channel;
  result.channel.quantity = Quantity::energy;
  result.channel.behaviour = Behaviour::counter;
  result.times.assign(times.begin(), times.end());
  result.values.assign(times.size(), 0);
  if (const auto done = add_accumulated(trace, times, options, result.values, result.gaps); !done)
    return propagate(done.error());
  std::ranges::sort(result.gaps, {}, &Span::begin);
  return result;
}

}  // namespace joulecast::trace
