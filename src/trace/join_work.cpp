#include "trace/join_work.hpp"

#include <algorithm>
#include <iterator>

namespace joulecast::trace {
namespace {

constexpr double tiny = 1e-9;

/// When the phase had done this much work: between two points of its progress on the line between them.
Seconds time_of_work(const Run& run, std::size_t phase, double work) {
  auto before = ProgressPoint{run.phases[phase].span.begin, 0, phase};
  for (const auto& point : run.progress) {
    if (point.phase != phase) continue;
    if (point.work > work + tiny) {
      const double share = (work - before.work) / (point.work - before.work);
      return before.time + (point.time - before.time) * std::clamp(share, 0.0, 1.0);
    }
    before = point;
  }
  return before.time;
}

void mark_redone(Run& run, Span redone) {
  for (auto& segment : run.info.segments) {
    const auto part = intersect(segment.span, redone);
    if (part.length() <= Seconds{0}) continue;
    // What an earlier segment lost already is behind its own mark.
    segment.redone = segment.redone.length() > Seconds{0}
                         ? Span{std::min(segment.redone.begin, part.begin), segment.redone.end}
                         : part;
    run.windows.push_back({redone_window, segment.redone});
  }
  // The windows over one segment overlap where it lost work twice; the last of them has it all.
  std::erase_if(run.windows, [&](const Window& window) {
    return window.name == redone_window &&
           std::ranges::none_of(run.info.segments, [&](const auto& s) { return s.redone == window.span; });
  });
}

/// Work beyond this amount of the last phase is to be done once more.
void take_back(Run& run, double work, Seam seam) {
  const auto place = run.phases.size() - 1;
  auto& phase = run.phases.back();
  const auto since = time_of_work(run, place, work);
  if (seam == Seam::restart) mark_redone(run, {since, run.info.segments.back().span.end});
  std::erase_if(run.progress, [&](const auto& p) { return p.phase == place && p.work > work + tiny; });
  const bool reached = work > 0 && (run.progress.empty() || run.progress.back().phase != place ||
                                    run.progress.back().work < work - tiny);
  if (reached) run.progress.push_back({since, work, place});
  std::erase_if(run.epochs, [&](const auto& epoch) {
    return epoch.phase == place && epoch.span.begin >= since - between_segments;
  });
  for (auto& epoch : run.epochs)
    if (epoch.phase == place && epoch.span.end > since + between_segments) {
      // The checkpoint lies within this epoch: the part before it counts.
      const double share = (since - epoch.span.begin) / epoch.span.length();
      epoch.work = epoch.work.value_or(phase.unit == "epoch" ? 1 : 0) * share;
      if (phase.unit != "epoch" && *epoch.work <= 0) epoch.work.reset();
      epoch.span.end = since;
    }
  phase.work = work;
}

/// Joins the first phase of `next` to the last one of `joined`, where `base` of the latter's work was done.
void extend_phase(Run& joined, const Phase& next, double base) {
  auto& phase = joined.phases.back();
  phase.work = base + next.work;
  if (next.total_work) phase.total_work = base + *next.total_work;
  phase.span.end = next.span.end;
  if (next.energy) phase.energy = phase.energy.value_or(Joules{0}) + *next.energy;
}

/// An epoch that two ranks have told of began where the first one said.
void begin_where_known(std::vector<Epoch>& epochs, const std::vector<Epoch>& known, std::size_t phase) {
  for (auto& epoch : epochs) {
    const auto before = std::ranges::find(known, epoch.index, &Epoch::index);
    if (epoch.phase != phase || before == known.end()) continue;
    epoch.span.begin = std::min(epoch.span.begin, before->span.begin);
    if (before->energy && epoch.energy) epoch.energy = *before->energy + *epoch.energy;
  }
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

std::optional<double> resumed_at(const Phase& before, const Phase& next) {
  if (before.unit != next.unit || before.name != next.name) return std::nullopt;
  const double base = before.done_before.value_or(0);
  if (next.done_before.value_or(0) > 0) return *next.done_before - base;
  if (before.total_work && next.total_work) {
    const double rest = *before.total_work - *next.total_work;
    return rest > tiny ? rest : -base;
  }
  return next.done_before ? -base : before.work;
}

void join_work(Run& joined, Run& next, Seam seam) {
  const auto known = seam == Seam::handover ? joined.epochs : std::vector<Epoch>();
  const auto last_phase = joined.phases.empty() ? 0 : joined.phases.size() - 1;
  const auto at = joined.phases.empty() || next.phases.empty()
                      ? std::nullopt
                      : resumed_at(joined.phases.back(), next.phases.front());
  auto offset = joined.phases.size();
  double base = 0;  // of the first phase's work
  if (at) {
    auto& phase = joined.phases.back();
    if (*at < 0) {  // it begins before the first segment did
      phase.done_before = phase.done_before.value_or(0) + *at;
      take_back(joined, 0, seam);
    } else {
      base = *at;
      if (base < phase.work - tiny) take_back(joined, base, seam);
    }
    extend_phase(joined, next.phases.front(), base);
    next.phases.erase(next.phases.begin());
    --offset;
  }
  for (auto& point : next.progress) {
    if (point.phase == 0) point.work += base;
    point.phase += offset;
  }
  for (auto& epoch : next.epochs) epoch.phase += offset;
  if (at && seam == Seam::handover) {
    auto taken_back = known;
    std::erase_if(taken_back, [&](const Epoch& epoch) {
      return epoch.phase != last_phase || std::ranges::any_of(joined.epochs, [&](const Epoch& kept) {
               return kept.phase == last_phase && kept.index == epoch.index;
             });
    });
    begin_where_known(next.epochs, taken_back, last_phase);
  }
  if (next.info.total_work) {
    joined.info.total_work = base + *next.info.total_work;
    joined.info.work_unit = next.info.work_unit;
  }
  append(joined.phases, next.phases);
  append(joined.progress, next.progress);
  append(joined.epochs, next.epochs);
}

}  // namespace joulecast::trace
