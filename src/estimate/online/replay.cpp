#include "estimate/online/replay.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "estimate/online/recorded_progress.hpp"
#include "trace/energy.hpp"
#include "trace/integrate.hpp"

namespace joulecast::estimate {
namespace {

// An even division into more units means a wrong total_work, not a long training.
constexpr double most_units = 1e6;
// Work without recorded epochs is divided by its progress: into epochs up to this many, else into this many
// parts.
constexpr double most_epochs = 10'000;
constexpr double parts_of_steps = 100;

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
    if (previous && epoch.phase == previous->phase && epoch.index <= previous->index)
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

/// Of all phases together if there are several and each said its own; the run's own otherwise.
std::optional<double> total_work_of(const trace::Run& run) {
  if (run.phases.size() < 2) return run.info.total_work;
  double sum = 0;
  for (const auto& phase : run.phases) {
    if (!phase.total_work) return run.info.total_work;
    sum += *phase.total_work;
  }
  return sum;
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

/// A unit before its energy is known: its pieces follow each other without a gap.
struct UnitSpan {
  trace::Span span;
  double work = 1;
  struct Piece {
    trace::Span span;
    double work = 1;
  };
  std::vector<Piece> pieces;
};

// Pieces smaller than this share of the total work would tell no more.
constexpr double smallest_piece = 0.0025;
constexpr Seconds shortest_piece{1};
constexpr double most_pieces = 10'000;

Result<std::vector<UnitSpan>> units_of(const trace::Run& run, const RecordedProgress& progress,
                                       double total_work) {
  std::vector<UnitSpan> units;
  if (!run.epochs.empty()) {
    if (auto ok = check_order(run); !ok) return propagate(ok.error());
    for (const auto& epoch : run.epochs) {
      const auto work = work_of(run, epoch);
      if (!work) return propagate(work.error());
      units.push_back({epoch.span, *work, {}});
    }
    return units;
  }
  if (!progress.empty()) {
    const bool epochs = run.info.work_unit.empty() || run.info.work_unit == "epoch";
    const double size = epochs && total_work <= most_epochs ? 1 : total_work / parts_of_steps;
    for (const auto& [span, work] : progress.cut(size)) units.push_back({span, work, {}});
    if (!units.empty()) return units;
  }
  const auto spans = even_spans(run, total_work);
  if (!spans) return propagate(spans.error());
  for (const auto& span : *spans) units.push_back({span, 1.0, {}});
  return units;
}

/// Divides a unit at constant speed, into pieces of a second if `finely`.
void divide(UnitSpan& unit, double total_work, bool finely) {
  const double by_work = std::ceil(unit.work / total_work / smallest_piece);
  const double by_time = std::floor(unit.span.length() / shortest_piece);
  const double pieces =
      finely ? std::min(by_time, most_pieces) : std::min({by_work, by_time, 1 / smallest_piece});
  const auto count = static_cast<int>(std::max(pieces, 1.0));
  for (int i = 0; i < count; ++i) {
    const auto at = [&](int k) { return unit.span.begin + unit.span.length() * k / count; };
    unit.pieces.push_back({{at(i), i + 1 == count ? unit.span.end : at(i + 1)}, unit.work / count});
  }
}

/// Divides a unit where its recorded progress stood. The progress may count in other numbers (a resumed run);
/// only the shares of the unit's work are taken from it.
void divide(UnitSpan& unit, const RecordedProgress& progress, double total_work) {
  const double begin = progress.work_at(unit.span.begin);
  const double all = progress.work_at(unit.span.end) - begin;
  if (!(all > 0)) return;
  double done = 0;
  auto from = unit.span.begin;
  // A store keeps the times of progress to the microsecond, so a point may stand just beside the end it
  // belongs to.
  constexpr Seconds grain{2e-6};
  for (const auto& point : progress.between({unit.span.begin + grain, unit.span.end - grain})) {
    const double work = std::min(1.0, (point.work - begin) / all) * unit.work;
    if (work - done < smallest_piece * total_work || work >= unit.work) continue;
    unit.pieces.push_back({{from, point.time}, work - done});
    from = point.time;
    done = work;
  }
  if (!unit.pieces.empty()) unit.pieces.push_back({{from, unit.span.end}, unit.work - done});
}

/// The spans to measure: of each unit the stretch before it (since the unit before, or since the run's
/// start), then its pieces.
std::vector<trace::Span> spans_to_measure(const trace::Run& run, const std::vector<UnitSpan>& units) {
  std::vector<trace::Span> spans;
  auto end = run.span.begin;
  for (const auto& unit : units) {
    spans.push_back({end, std::max(end, unit.span.begin)});
    for (const auto& piece : unit.pieces) spans.push_back(piece.span);
    end = std::max(end, unit.span.end);
  }
  return spans;
}

/// Nothing unless at least one part is known.
std::optional<Joules> sum(std::span<const std::optional<Joules>> parts) {
  std::optional<Joules> total;
  for (const auto& part : parts)
    if (part) total = total.value_or(Joules{0}) + *part;
  return total;
}

}  // namespace

std::optional<double> Replay::epoch_work() const {
  if (movements.empty() || std::ranges::none_of(movements, &Movement::epoch_end)) return std::nullopt;
  return units.front().work;
}

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

Result<Replay> replay_of(const trace::Run& run, const ReplayOptions& options) {
  // Without bounds, the length of an epoch follows from the run's own total.
  const bool recorded = !run.epochs.empty() || !run.progress.empty();
  const auto total_work = options.total_work && recorded ? options.total_work : total_work_of(run);
  if (!total_work) return fail(ErrorKind::invalid, name_of(run), "its total work is not known");
  if (!std::isfinite(*total_work) || *total_work <= 0)
    return fail(ErrorKind::invalid, name_of(run), "its total work is {}", *total_work);
  const RecordedProgress progress(run);
  auto units = units_of(run, progress, *total_work);
  if (!units) return propagate(units.error());

  Replay replay;
  replay.total_work = *total_work;
  replay.bounds_recorded = recorded;
  replay.progress_recorded = !progress.empty();
  if (replay.progress_recorded) replay.counts_steps = counts_steps(run.info.work_unit);
  bool metered = std::ranges::any_of(run.traces, [](const auto& trace) {
    return trace.channel.quantity == trace::Quantity::power ||
           trace.channel.quantity == trace::Quantity::energy;
  });
  for (auto& unit : *units) {
    if (metered && replay.progress_recorded)
      divide(unit, progress, *total_work);
    else if (metered && options.divide_units)
      divide(unit, *total_work, unit.span.begin < run.span.begin + options.seconds_until);
    if (unit.pieces.empty()) unit.pieces.push_back({unit.span, unit.work});
  }
  const auto energies = trace::span_energies(run, spans_to_measure(run, *units));
  metered = std::ranges::any_of(energies, [](const auto& energy) { return energy.has_value(); });
  const Occupation occupation(run);
  const bool epochs = !run.epochs.empty() || run.info.work_unit.empty() || run.info.work_unit == "epoch";
  std::size_t at = 0;
  for (std::size_t i = 0; i < units->size(); ++i) {
    const auto& unit = (*units)[i];
    auto outside = energies[at++];
    const auto pieces = std::span(energies).subspan(at, unit.pieces.size());
    at += pieces.size();
    const auto bytes = mean_over(occupation.memory, unit.span);
    // Without any trace, the run's epochs may state their energy.
    const bool stated = !metered && !run.epochs.empty();
    replay.units.push_back({.work = unit.work,
                            .duration = unit.span.length(),
                            .energy = stated ? run.epochs[i].energy : sum(pieces),
                            .utilisation = mean_over(occupation.utilisation, unit.span),
                            .memory_mb = bytes ? std::optional{*bytes / 1e6} : std::nullopt});
    for (std::size_t k = 0; k < unit.pieces.size(); ++k) {
      const auto& piece = unit.pieces[k];
      replay.movements.push_back({.work = piece.work,
                                  .span = piece.span,
                                  .energy = stated ? run.epochs[i].energy : pieces[k],
                                  .outside = std::exchange(outside, std::nullopt),
                                  .epoch_end = recorded && epochs && k + 1 == unit.pieces.size()});
      replay.unit_of.push_back(i);
    }
  }
  return replay;
}

}  // namespace joulecast::estimate
