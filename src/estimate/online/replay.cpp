#include "estimate/online/replay.hpp"

#include <algorithm>
#include <cmath>

#include "trace/energy.hpp"
#include "trace/integrate.hpp"

namespace joulecast::estimate {
namespace {

constexpr double most_units = 1e6;  // an even division into more is a wrong total_work, not a training

std::string name_of(const trace::Run& run) {
  return run.info.id.empty() ? run.info.name : run.info.id;
}

Result<std::vector<trace::Epoch>> even_epochs(const trace::Run& run, double total_work) {
  const auto count = std::round(total_work);
  if (std::abs(count - total_work) > 1e-9 * count || count < 1 || count > most_units)
    return fail(ErrorKind::invalid, name_of(run),
                "has no epoch bounds, and a total work of {} is not a number of epochs", total_work);
  if (run.span.length().value() <= 0)
    return fail(ErrorKind::invalid, name_of(run), "has neither epochs nor a duration");
  std::vector<trace::Epoch> epochs(static_cast<std::size_t>(count));
  const Seconds length = run.span.length() / count;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    epochs[i].index = static_cast<int>(i);
    epochs[i].span = {run.span.begin + length * static_cast<double>(i),
                      run.span.begin + length * static_cast<double>(i + 1)};
    epochs[i].work = 1;
  }
  return epochs;
}

Status check_order(const trace::Run& run) {
  const trace::Epoch* previous = nullptr;
  for (const auto& epoch : run.epochs) {
    const auto length = epoch.span.length().value();
    if (!(length > 0))
      return fail(ErrorKind::invalid, name_of(run), "epoch {} lasts {} s", epoch.index, length);
    if (previous && epoch.index <= previous->index)
      return fail(ErrorKind::invalid, name_of(run), "epoch {} comes after epoch {}: out of order",
                  epoch.index, previous->index);
    // Marks are written to the millisecond: ends and starts may cross by that much.
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

Result<Replay> replay_of(const trace::Run& run) {
  if (!run.info.total_work) return fail(ErrorKind::invalid, name_of(run), "its total work is not known");
  const double total_work = *run.info.total_work;
  if (!std::isfinite(total_work) || total_work <= 0)
    return fail(ErrorKind::invalid, name_of(run), "its total work is {}", total_work);

  Replay replay;
  replay.total_work = total_work;
  replay.bounds_recorded = !run.epochs.empty();
  trace::Run divided;
  const trace::Run* source = &run;
  if (run.epochs.empty()) {
    auto epochs = even_epochs(run, total_work);
    if (!epochs) return propagate(epochs.error());
    divided = run;
    divided.epochs = std::move(*epochs);
    source = &divided;
  } else if (auto ok = check_order(run); !ok) {
    return propagate(ok.error());
  }

  std::vector<const trace::Trace*> utilisation;
  std::vector<const trace::Trace*> memory;
  for (const auto& trace : run.traces) {
    if (trace.channel.quantity == trace::Quantity::utilisation &&
        trace.channel.component == trace::Component::gpu)
      utilisation.push_back(&trace);
    if (trace.channel.quantity == trace::Quantity::process_memory) memory.push_back(&trace);
  }
  const auto energies = trace::epoch_energies(*source);
  for (std::size_t i = 0; i < source->epochs.size(); ++i) {
    const auto& epoch = source->epochs[i];
    auto work = work_of(run, epoch);
    if (!work) return propagate(work.error());
    auto bytes = mean_over(memory, epoch.span);
    replay.units.push_back({.work = *work,
                            .duration = epoch.span.length(),
                            .energy = energies[i],
                            .utilisation = mean_over(utilisation, epoch.span),
                            .memory_mb = bytes ? std::optional{*bytes / 1e6} : std::nullopt});
    replay.ends.push_back(epoch.span.end);
  }
  return replay;
}

}  // namespace joulecast::estimate
