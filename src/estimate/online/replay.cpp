#include "estimate/online/replay.hpp"

#include <algorithm>
#include <cmath>

#include "trace/energy.hpp"
#include "trace/integrate.hpp"

namespace joulecast::estimate {
namespace {

// An even division into more units means a wrong total_work, not a long training.
constexpr double most_units = 1e6;

std::string name_of(const trace::Run& run) {
  return run.info.id.empty() ? run.info.name : run.info.id;
}

Result<std::vector<trace::Span>> even_spans(const trace::Run& run, double total_work) {
  const auto count = std::round(total_work);
  if (std::abs(count - total_work) > 1e-9 * count || count < 1 || count > most_units)
    return fail(ErrorKind::invalid, name_of(run),
                "has no epoch bounds, and a total work of {} is not a number of epochs", total_work);
  if (run.span.length().value() <= 0)
    return fail(ErrorKind::invalid, name_of(run), "has neither epochs nor a duration");
  std::vector<trace::Span> spans(static_cast<std::size_t>(count));
  const Seconds length = run.span.length() / count;
  for (std::size_t i = 0; i < spans.size(); ++i)
    spans[i] = {run.span.begin + length * static_cast<double>(i),
                run.span.begin + length * static_cast<double>(i + 1)};
  return spans;
}

Status check_order(const trace::Run& run) {
  const trace::Epoch* previous = nullptr;
  for (const auto& epoch : run.epochs) {
    const auto length = epoch.span.length().value();
    if (!(length >= 0))
      return fail(ErrorKind::invalid, name_of(run), "epoch {} lasts {} s", epoch.index, length);
    if (previous && epoch.index <= previous->index)
      return fail(ErrorKind::invalid, name_of(run), "epoch {} comes after epoch {}: out of order",
                  epoch.index, previous->index);
    // Times are written in milliseconds, so that an end and the next start may overlap by that much.
    if (previous && epoch.span.begin < previous->span.end - Seconds{0.002})
      return fail(ErrorKind::invalid, name_of(run), "epoch {} begins before epoch {} ends", epoch.index,
                  previous->index);
    previous = &epoch;
  }
  return {};
}

Result<double> work_of(const trace::Run& run, const trace::Epoch& epoch) {
  if (epoch.work) {
    if (*epoch.work > 0) return *epoch.work;
    return fail(ErrorKind::invalid, name_of(run), "epoch {} did {} work", epoch.index, *epoch.work);
  }
  if (run.info.work_unit.empty() || run.info.work_unit == "epoch") return 1.0;
  return fail(ErrorKind::invalid, name_of(run), "the work of epoch {} (in {}) was not recorded", epoch.index,
              run.info.work_unit);
}

std::optional<double> mean_over(const std::vector<const trace::Trace*>& traces, trace::Span span) {
  double sum = 0;
  int count = 0;
  for (const auto* trace : traces)
    if (const auto mean = trace::time_mean(*trace, span)) sum += *mean, ++count;
  if (count == 0) return std::nullopt;
  return sum / count;
}

/// The traces that tell how busy the machine was during a unit.
struct Occupation {
  explicit Occupation(const trace::Run& run) {
    for (const auto& trace : run.traces) {
      if (trace.channel.quantity == trace::Quantity::utilisation &&
          trace.channel.component == trace::Component::gpu)
        utilisation.push_back(&trace);
      if (trace.channel.quantity == trace::Quantity::process_memory) memory.push_back(&trace);
    }
  }
  std::vector<const trace::Trace*> utilisation;
  std::vector<const trace::Trace*> memory;
};

/// The units' spans. Each is preceded by the span since the previous unit, or since the run's start.
std::vector<trace::Span> with_spans_between(const trace::Run& run, const std::vector<trace::Span>& units) {
  std::vector<trace::Span> spans;
  auto end = run.span.begin;
  for (const auto& unit : units) {
    spans.push_back({end, std::max(end, unit.begin)});
    spans.push_back(unit);
    end = std::max(end, unit.end);
  }
  return spans;
}

Result<std::vector<trace::Span>> unit_spans(const trace::Run& run, double total_work) {
  if (run.epochs.empty()) return even_spans(run, total_work);
  if (auto ok = check_order(run); !ok) return propagate(ok.error());
  std::vector<trace::Span> spans;
  for (const auto& epoch : run.epochs) spans.push_back(epoch.span);
  return spans;
}

}  // namespace

double Replay::work() const {
  double sum = 0;
  for (const auto& unit : units) sum += unit.work;
  return sum;
}

Joules Replay::energy() const {
  Joules sum{0};
  for (const auto& unit : units) sum += unit.energy.value_or(Joules{0});
  return sum;
}

Seconds Replay::duration() const {
  Seconds sum{0};
  for (const auto& unit : units) sum += unit.duration;
  return sum;
}

bool Replay::complete() const {
  return !units.empty() && std::abs(work() - total_work) <= 0.01 * total_work &&
         std::all_of(units.begin(), units.end(), [](const auto& unit) { return unit.energy.has_value(); });
}

Plan Replay::plan(const trace::RunInfo& info) const {
  Plan plan;
  plan.total_work = total_work;
  plan.units = static_cast<int>(units.size());
  plan.duration = duration();
  if (info.training.gpu_power_limit_w && *info.training.gpu_power_limit_w > 0)
    plan.maximum_power = Watts{*info.training.gpu_power_limit_w * info.training.gpu_count.value_or(1)};
  return plan;
}

Result<Replay> replay_of(const trace::Run& run, std::optional<double> planned) {
  const auto total_work = planned && !run.epochs.empty() ? planned : run.info.total_work;
  if (!total_work) return fail(ErrorKind::invalid, name_of(run), "its total work is not known");
  if (!std::isfinite(*total_work) || *total_work <= 0)
    return fail(ErrorKind::invalid, name_of(run), "its total work is {}", *total_work);
  const auto spans = unit_spans(run, *total_work);
  if (!spans) return propagate(spans.error());

  Replay replay;
  replay.total_work = *total_work;
  replay.bounds_recorded = !run.epochs.empty();
  const Occupation occupation(run);
  const auto energies = trace::span_energies(run, with_spans_between(run, *spans));
  const bool metered = std::ranges::any_of(energies, [](const auto& energy) { return energy.has_value(); });
  for (std::size_t i = 0; i < spans->size(); ++i) {
    const auto& span = (*spans)[i];
    const auto work = replay.bounds_recorded ? work_of(run, run.epochs[i]) : Result<double>(1.0);
    if (!work) return propagate(work.error());
    const auto bytes = mean_over(occupation.memory, span);
    // Without any trace, the run's epochs may state their energy.
    const auto energy = metered || !replay.bounds_recorded ? energies[2 * i + 1] : run.epochs[i].energy;
    replay.units.push_back({.work = *work,
                            .duration = span.length(),
                            .energy = energy,
                            .utilisation = mean_over(occupation.utilisation, span),
                            .memory_mb = bytes ? std::optional{*bytes / 1e6} : std::nullopt});
    replay.movements.push_back({.work = *work, .span = span, .energy = energy, .outside = energies[2 * i]});
  }
  return replay;
}

}  // namespace joulecast::estimate
