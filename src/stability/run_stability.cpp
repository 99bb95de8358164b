#include "stability/run_stability.hpp"

#include <algorithm>
#include <cmath>

#include "trace/energy.hpp"

namespace joulecast::stability {
namespace {

constexpr double fastest_own_step = 0.5;  // s; anything faster is averaged to even_step
constexpr double even_step = 1.0;         // s: the sampling for which the methods were made

double median_step(std::span<const double> times) {
  if (times.size() < 2) return 0;
  std::vector<double> steps(times.size() - 1);
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = times[i + 1] - times[i];
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

double slowest_step(const trace::Run& run) {
  double slowest = 0;
  for (const auto& trace : run.traces)
    if (trace.channel.quantity == trace::Quantity::power || trace.channel.quantity == trace::Quantity::energy)
      slowest = std::max(slowest, median_step(trace.times));
  return slowest;
}

trace::Span span_of(const trace::Run& run, const trace::Trace& power) {
  return run.span.length() > Seconds{0} ? intersect(run.span, power.span()) : power.span();
}

// Readings within the span; its end counts as within.
PowerSignal own_readings(const trace::Trace& power, trace::Span span, Seconds begin) {
  PowerSignal signal;
  for (std::size_t i = 0; i < power.size(); ++i) {
    if (power.times[i] < span.begin.value() || power.times[i] > span.end.value()) continue;
    signal.times.push_back(power.times[i] - begin.value());
    signal.watts.push_back(power.values[i]);
  }
  return signal;
}

PowerSignal even_means(const trace::Trace& energy, trace::Span span, Seconds begin, double step) {
  PowerSignal signal;
  const auto count = static_cast<std::size_t>(span.length().value() / step);
  std::optional<double> before = value_at(energy, span.begin);
  for (std::size_t i = 1; i <= count; ++i) {
    const Seconds time = span.begin + Seconds{static_cast<double>(i) * step};
    const auto now = value_at(energy, time);
    if (before && now) {
      signal.times.push_back((time - begin).value() - step);
      signal.watts.push_back((*now - *before) / step);
    }
    before = now;
  }
  return signal;
}

bool use_recorded_epochs(const trace::Run& run, RunStability& result) {
  if (run.epochs.empty()) return false;
  for (const auto& epoch : run.epochs)
    result.epochs.push_back({epoch.span.begin - run.span.begin, epoch.span.end - run.span.begin});
  result.epoch_source = EpochSource::recorded;
  return true;
}

void use_epochs_from_power(RunStability& result) {
  if (!result.cycles) return;
  const auto& times = result.signal.times;
  const auto time_at = [&](double sample) {
    const auto i = std::min(static_cast<std::size_t>(std::max(0.0, std::floor(sample))), times.size() - 1);
    const double beyond = sample - static_cast<double>(i);
    return Seconds{times[i] +
                   beyond * (i + 1 < times.size() ? times[i + 1] - times[i] : result.signal.step.value())};
  };
  for (const auto& epoch : result.cycles->epochs)
    result.epochs.push_back({time_at(epoch.begin), time_at(epoch.end)});
  result.epoch_source = EpochSource::power;
}

// Index of the epoch that holds the time; a time between two epochs belongs to the one before.
std::optional<int> epoch_at(const trace::Run& run, const RunStability& result, Seconds time) {
  std::optional<int> found;
  for (std::size_t i = 0; i < result.epochs.size(); ++i) {
    if (time < result.epochs[i].begin) break;
    found = result.epoch_source == EpochSource::recorded ? run.epochs[i].index : static_cast<int>(i);
  }
  if (!found && !result.epochs.empty())
    found = result.epoch_source == EpochSource::recorded ? run.epochs.front().index : 0;
  return found;
}

Stabilisation apply(const StabilityDetector& method, const DetectorOptions& options, const trace::Run& run,
                    const RunStability& result) {
  Stabilisation point;
  point.method = method.name;
  const auto found = method.find(result.signal.watts, options);
  if (!found) {
    point.reason = found.error().message;
    return point;
  }
  point.stable_from = Seconds{found->index == 0 ? 0 : result.signal.times[found->index]};
  point.stable_epoch = epoch_at(run, result, *point.stable_from);
  point.found = found->found;
  point.censored = found->censored;
  return point;
}

struct Parts {
  std::vector<trace::Span> spans;
  std::vector<double> work;
};

/// More units of work than this are samples or tokens; equal parts of them are no epochs.
constexpr double most_parts = 1e5;

Parts parts_of(const trace::Run& run, trace::Span whole) {
  Parts parts;
  for (const auto& epoch : run.epochs) {
    parts.spans.push_back(epoch.span);
    parts.work.push_back(epoch.work.value_or(1));
  }
  const double work = run.info.total_work.value_or(0);
  if (!parts.spans.empty() || !(work >= 1 && work < most_parts)) return parts;
  const int count = static_cast<int>(work);
  const auto place = [&](int i) { return whole.begin + whole.length() * (static_cast<double>(i) / count); };
  for (int i = 0; i < count; ++i) {
    parts.spans.push_back({place(i), place(i + 1)});
    parts.work.push_back(1);
  }
  return parts;
}

}  // namespace

Result<PowerSignal> power_signal(const trace::Run& run) {
  const auto power = total_power(run);
  if (!power) return propagate(power.error());
  const trace::Span span = span_of(run, *power);
  const Seconds begin = run.span.length() > Seconds{0} ? run.span.begin : span.begin;
  const double own = median_step(power->times);
  const double slowest = slowest_step(run);
  PowerSignal signal;
  if (own >= fastest_own_step && own >= 0.9 * slowest) {
    signal = own_readings(*power, span, begin);
  } else {
    const auto energy = total_energy(run);
    if (!energy) return propagate(energy.error());
    signal = even_means(*energy, span, begin, slowest >= fastest_own_step ? slowest : even_step);
  }
  if (signal.times.size() < 2)
    return fail(ErrorKind::malformed, run.info.id, "fewer than two power readings within the run");
  signal.step = Seconds{median_step(signal.times)};
  return signal;
}

Result<RunStability> stability_of(const trace::Run& run, std::span<const StabilityDetector* const> methods,
                                  const DetectorOptions& options) {
  RunStability result;
  auto signal = power_signal(run);
  if (!signal) return propagate(signal.error());
  result.signal = std::move(*signal);
  result.cycles = epochs_from_power(result.signal.watts);
  if (!use_recorded_epochs(run, result)) use_epochs_from_power(result);
  for (const auto* method : methods) result.points.push_back(apply(*method, options, run, result));
  return result;
}

std::optional<StabilityProjection> project_from(const trace::Run& run, Seconds stable_from, int window) {
  const auto energy = total_energy(run);
  if (!energy || window < 1) return std::nullopt;
  const trace::Span whole = span_of(run, *energy);
  const Parts parts = parts_of(run, whole);
  const Seconds from = stable_from + (run.span.length() > Seconds{0} ? run.span.begin : whole.begin);
  const auto first = std::find_if(parts.spans.begin(), parts.spans.end(),
                                  [&](trace::Span span) { return span.begin >= from - Seconds{1e-9}; });
  if (first == parts.spans.end()) return std::nullopt;

  const auto used_until = [&](Seconds time) {
    return value_at(*energy, std::clamp(time, whole.begin, whole.end)).value_or(0);
  };
  const auto s = static_cast<std::size_t>(first - parts.spans.begin());
  const std::size_t stop = std::min(parts.spans.size(), s + static_cast<std::size_t>(window));
  double work = 0, seen_work = 0;
  for (std::size_t i = s; i < parts.work.size(); ++i) {
    work += parts.work[i];
    if (i < stop) seen_work += parts.work[i];
  }
  const double start = used_until(parts.spans.front().begin);
  const double before = used_until(parts.spans[s].begin) - start;
  const double in_window = used_until(parts.spans[stop - 1].end) - used_until(parts.spans[s].begin);
  const double measured = used_until(parts.spans.back().end) - start;
  if (!(measured > 0) || !(seen_work > 0)) return std::nullopt;
  const double projected = before + in_window / seen_work * work;
  return StabilityProjection{std::abs(projected / measured - 1), (before + in_window) / measured};
}

}  // namespace joulecast::stability
