#include "measure/training.hpp"

#include <algorithm>
#include <utility>

#include "trace/join_work.hpp"
#include "trace/phases.hpp"

namespace joulecast::measure {
namespace {

/// Projections are stored when this much more work is done, and at the ends of the first epochs.
constexpr double stored_step = 0.01;
/// A run that ends with its work lasts at most this much longer: its program has to end, too.
constexpr double most_after_work = 1.02;
constexpr std::size_t most_stored_epochs = 200;

/// What remains may be only this part of what is expected.
void allow_less(estimate::Projection& p, double part) {
  const auto lower = [part](auto& low, auto base) { low = std::min(low, base + (low - base) * part); };
  if (p.total.interval) lower(p.total.interval->low, p.used);
  if (p.remaining.interval) lower(p.remaining.interval->low, Joules{0});
  if (p.duration.interval) lower(p.duration.interval->low, p.duration.value - p.remaining_time.value);
  if (p.remaining_time.interval) lower(p.remaining_time.interval->low, Seconds{0});
}

/// Of work that moved at a constant speed. No epoch ends within it.
estimate::Movement first_part_of(estimate::Movement movement, double share) {
  movement.work *= share;
  movement.span.end = movement.span.begin + movement.span.length() * share;
  if (movement.energy) movement.energy = *movement.energy * share;
  movement.epoch_end = false;
  return movement;
}

}  // namespace

Training::Training(SteadyTime run_start, progress::KnownTotals totals, trace::RunSink& sink,
                   std::optional<Earlier> earlier)
    : earlier_(std::move(earlier)), tracker_(run_start, totals), sink_(sink) {}

void Training::hear(std::vector<progress::Event> events) {
  const std::lock_guard guard(mutex_);
  heard_.insert(heard_.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
}

std::optional<trace::Phase> Training::phase() const {
  return tracker_.phases().empty() ? std::nullopt : std::optional{tracker_.phases().back()};
}

bool Training::is_done() const {
  const auto now = phase();
  if (!now) return false;
  // Of folds whose number is known, all are one work.
  const auto total = before_ > 0 ? told_total_ : now->total_work;
  return trace::is_done(before_ + now->work, total);
}

void Training::take_events() {
  std::vector<progress::Event> events;
  {
    const std::lock_guard guard(mutex_);
    events = std::exchange(heard_, {});
  }
  for (const auto& event : events) {
    tracker_.take(event);
    exceeded_ = exceeded_ ||
                (!tracker_.trust().consistent && tracker_.contradictions() == 0 && !tracker_.came_at_once());
  }
}

void Training::store_changes() {
  for (const auto place : tracker_.take_changed_phases()) sink_.phase(place, tracker_.phases()[place]);
  for (const auto place : tracker_.take_changed_epochs()) sink_.epoch(place, tracker_.epochs()[place]);
  for (const auto& point : tracker_.take_metrics()) {
    sink_.metric(point);
    metrics_[point.name] = point.value;
  }
  for (const auto& window : tracker_.take_windows()) sink_.window(windows_++, window);
  for (const auto& advance : tracker_.take_advances()) {
    sink_.progress(advance.point);
    waiting_.push_back(advance);
  }
}

void Training::remember_energies(const EnergyUntil& energy_until) {
  auto times = tracker_.undecided_times();
  if (!tracker_.phases().empty() && projected_phase_ != tracker_.phases().size() - 1)
    times.push_back(tracker_.phases().back().span.begin);
  for (const auto time : times) {
    if (remembered_.contains(time)) continue;
    if (const auto energy = energy_until(time)) remembered_.emplace(time, *energy);
  }
}

std::optional<Joules> Training::energy_at(Seconds time, const EnergyUntil& energy_until) const {
  const auto found = remembered_.find(time);
  return found != remembered_.end() ? std::optional{found->second} : energy_until(time);
}

void Training::withdraw() {
  if (last_doubt_) return;
  final_projection_.reset();
  projection_.reset();
}

/// Whether a phase is the next of parts that are alike, such as the folds of a cross-validation, whose number
/// is known: then they are one work.
bool Training::goes_on(std::size_t phase) const {
  if (phase == 0 || !projector_) return false;
  const auto& part = tracker_.part_of(phase);
  const auto& before = tracker_.part_of(phase - 1);
  return part && before && part->alike && before->alike && part->of && part->of == before->of &&
         part->number == before->number + 1;
}

/// Whether work may follow of which nothing is known yet.
bool Training::more_may_follow() const {
  const auto& part = tracker_.part_of(*projected_phase_);
  // Of repeats it takes one that ended as announced, or the work of those that were seen.
  if (part && part->alike)
    return !part->of || part->may_be_cut || repeats_.seen() == 0 ||
           repeats_.differ(last_.work - before_, last_.time - repeat_begin_);
  if (part && part->of) return part->number < *part->of;
  if (part && part->number == 1) return true;
  return trace::may_count_again(std::span(tracker_.phases()).first(*projected_phase_ + 1));
}

/// The heading of a fold says nothing of its epochs, but the folds before it did.
bool Training::total_is_known() const {
  return tracker_.trust().total_known ||
         (!tracker_.phases().empty() && goes_on(tracker_.phases().size() - 1));
}

trace::ForecastDoubt Training::doubt() const {
  using trace::ForecastDoubt;
  if (last_doubt_) return *last_doubt_;
  const auto trust = tracker_.trust();
  if (!trust.evidence) return ForecastDoubt::no_progress;
  if (!trust.consistent || exceeded_) return ForecastDoubt::contradictory;
  if (!trust.agrees_with_user) return ForecastDoubt::other_total;
  if (!total_is_known()) return ForecastDoubt::no_total;
  if (*trust.evidence == progress::Evidence::guessed) return ForecastDoubt::guessed;
  if (trust.total_is_maximum) return ForecastDoubt::may_end_early;
  if (projected_phase_ && more_may_follow()) return ForecastDoubt::more_may_follow;
  if (!trust.settled) return ForecastDoubt::unproven_steps;
  return ForecastDoubt::none;
}

/// What was projected for the phases before is withdrawn; what they used is counted as it was measured.
void Training::begin_phase(std::size_t phase, const EnergyUntil& energy_until) {
  if (projected_phase_ && phase == *projected_phase_ + 1 && goes_on(phase)) {
    repeats_.add(last_.work - before_, last_.time - repeat_begin_, tracker_.phases()[phase - 1].total_work);
    repeat_begin_ = last_.time;
    projected_phase_ = phase;
    before_ = last_.work;
    told_total_.reset();
    return;
  }
  withdraw();
  repeats_ = {};
  earlier_work_ = 0;
  if (phase == 0 && earlier_ && earlier_->phase)
    earlier_work_ = std::max(0.0, trace::resumed_at(*earlier_->phase, tracker_.phases()[0]).value_or(0));
  before_ = earlier_work_;
  const auto begin = tracker_.phases()[phase].span.begin;
  auto energy = begin == last_.time ? last_.energy : std::nullopt;
  if (!energy)
    if (const auto here = energy_at(begin, energy_until)) energy = *here + earlier_energy();
  ends_ = {{begin, earlier_work_, energy}};
  repeat_begin_ = begin;
  projected_phase_ = phase;
  stored_projections_ = 0;
  begin_projector();
}

/// A projector that knows of nothing that the phase did.
void Training::begin_projector() {
  projector_.reset();
  if (auto projector = estimate::RunProjector::begin({})) projector_.emplace(std::move(*projector));
  last_ = ends_.front();
  outside_told_ = false;
  told_epoch_work_.reset();
  told_steps_.reset();
  told_total_.reset();
  stored_share_ = 0;
  if (earlier_work_ > 0) begin_with_earlier_work();
}

/// The projector sees the work that earlier segments did, up to where this one goes on. All else that they
/// used, as for work that is done again, and what this run used before its work begins, comes once.
void Training::begin_with_earlier_work() {
  Joules counted{0};
  if (projector_ && last_.energy)
    for (auto movement : earlier_->movements) {
      const double left = earlier_work_ - projector_->work_done();
      if (left <= earlier_work_ * 1e-9) break;
      if (movement.work > left) movement = first_part_of(movement, left / movement.work);
      if (!projector_->move(movement)) continue;
      counted += movement.energy.value_or(Joules{0}) + movement.outside.value_or(Joules{0});
    }
  // Where less was recorded than the training had done, the work that is known is what counts.
  earlier_work_ = before_ = ends_.front().work = last_.work = projector_ ? projector_->work_done() : 0;
  if (earlier_work_ <= 0) return;
  projector_->skip(earlier_time() + last_.time, std::max(Joules{0}, *last_.energy - counted));
  outside_told_ = true;
}

/// What was counted within epochs was wrong: forecasts again, from the ends of epochs alone.
void Training::recount() {
  begin_projector();
  learn_plan();
  if (!projector_) return;
  for (const auto& end : std::exchange(ends_, {ends_.front()}))
    if (end.work > ends_.front().work) move(end, /*epoch_end=*/true);
}

void Training::learn_plan() {
  if (!projected_phase_ || *projected_phase_ + 1 != tracker_.phases().size()) return;
  if (const auto epoch = tracker_.epoch_work(); epoch && epoch != told_epoch_work_ && projector_) {
    told_epoch_work_ = epoch;
    projector_->set_epoch_work(*epoch);
  }
  if (const auto steps = tracker_.steps_per_work(); steps != told_steps_ && projector_) {
    told_steps_ = steps;
    projector_->set_steps_per_work(steps.value_or(0));
  }
  if (projector_) projector_->set_counts_steps(estimate::counts_steps(tracker_.phases().back().unit));
  auto total = tracker_.total_work();
  if (!total && std::exchange(told_total_, std::nullopt)) withdraw();  // it was that of an epoch
  if (!total) return;
  double announced = *total;
  if (const auto& part = tracker_.part_of(*projected_phase_); part && part->alike && part->of)
    announced = *(total = expect_repeats(*total, *part->of - part->number)) - earlier_work_;
  else if (was_left_early())
    total = last_.work;
  else
    total = expect_either_count(*total);
  if (total == told_total_) return;
  told_total_ = total;
  if (!projector_ || !projector_->set_total_work(*total)) return;
  if (total_learned_) total_learned_(announced, tracker_.phases().back().unit);
  if (projector_->work_done() > 0) project(/*epoch_end=*/true);
}

bool Training::was_left_early() const {
  const double done = last_.work - earlier_work_;
  return tracker_.phase_is_over() && waiting_.empty() && done > 0 && done < tracker_.total_work().value_or(0);
}

/// The total work of repeats of which so many come after this one, and how sure that is.
double Training::expect_repeats(double announced, int others) {
  const auto left = repeats_.expect(announced, last_.work - before_, others);
  if (projector_) projector_->set_work_sd(left.sd);
  return before_ + left.work;
}

/// The total work in epochs, where it may be one epoch less: the interval holds both.
double Training::expect_either_count(double total) {
  total += before_;
  const bool either = tracker_.trust().may_count_from_zero;
  if (projector_) projector_->set_work_sd(either ? 0.5 : 0);
  return either ? std::max(total - 0.5, last_.work) : total;
}

bool Training::move(const Mark& to, bool epoch_end) {
  estimate::Movement movement{.work = to.work - last_.work,
                              .span = {earlier_time() + last_.time, earlier_time() + to.time},
                              .epoch_end = epoch_end};
  if (to.energy && last_.energy) {
    movement.energy = *to.energy - *last_.energy;
    if (!outside_told_) movement.outside = *last_.energy;
  }
  // An epoch may end after its last work was told, with a validation.
  const bool only_ends = movement.work == 0 && movement.epoch_end && projector_->work_done() > 0;
  if ((movement.work <= 0 && !only_ends) || !projector_->move(movement)) return false;
  outside_told_ = outside_told_ || movement.outside;
  last_ = {to.time, to.work, to.energy ? to.energy : last_.energy};
  if (epoch_end) ends_.push_back(last_);
  return true;
}

/// A forecast takes a tenth of a millisecond, and a burst of output may hold thousands of advances: only
/// those that will be kept, and the last one, are worth it.
bool Training::is_kept(bool epoch_end) const {
  if (!told_total_ || *told_total_ <= 0) return false;
  const double share = std::min(1.0, projector_->work_done() / *told_total_);
  return share >= 1 || share >= stored_share_ + stored_step ||
         (epoch_end && share > stored_share_ && stored_projections_ < most_stored_epochs);
}

bool Training::advance_known_work(const EnergyUntil& energy_until) {
  bool advanced = false;
  bool moved = false;  // since the last projection
  while (!waiting_.empty()) {
    const auto& next = waiting_.front();
    const auto energy = energy_at(next.point.time, energy_until);
    if (!energy) break;
    if (projected_phase_ != next.point.phase) begin_phase(next.point.phase, energy_until), moved = false;
    if (next.recount) recount();
    learn_plan();
    // A running machine always uses energy, so 0 means that it has not been read yet.
    const Mark to{next.point.time, before_ + next.point.work,
                  *energy > Joules{0} ? std::optional(*energy + earlier_energy()) : std::nullopt};
    if (projector_ && move(to, next.epoch_end)) {
      moved = !is_kept(next.epoch_end);
      if (!moved) project(next.epoch_end);
    }
    waiting_.pop_front();
    advanced = true;
  }
  if (moved) project(/*epoch_end=*/false);
  if (projected_phase_) remembered_.erase(remembered_.begin(), remembered_.lower_bound(last_.time));
  return advanced;
}

void Training::store_projection(const trace::Projection& projection) {
  stored_share_ = projection.share;
  ++stored_projections_;
  sink_.projection(projection);
}

void Training::project(bool epoch_end) {
  if (last_doubt_) return;
  projection_ = told_total_ ? projector_->projection() : std::nullopt;
  const bool printed = tracker_.trust().evidence != progress::Evidence::told;
  if (printed && tracker_.came_at_once()) withdraw();  // the times of what was printed say nothing
  if (exceeded_) withdraw();                           // all of the work is done, and still goes on
  if (!projection_) return;
  const auto doubt = this->doubt();
  if (doubt != trace::ForecastDoubt::none) projection_->ready = false;
  if (doubt == trace::ForecastDoubt::may_end_early) begin_interval_now(*projection_);
  // The steps that were announced for an epoch may be those of the whole run.
  if (const auto epochs = tracker_.total_epochs(); doubt == trace::ForecastDoubt::unproven_steps && epochs)
    allow_less(*projection_, 1 / std::max(1.0, *epochs));
  const auto kept = *present_projection();
  if (kept.share >= 1)
    final_projection_ = kept;
  else if (is_kept(epoch_end))
    store_projection(kept);
}

std::optional<trace::Projection> Training::present_projection() const {
  if (!projection_) return std::nullopt;
  trace::Projection kept;
  kept.time = projector_->time() - earlier_time();
  kept.share = projection_->share;
  kept.method = projection_->method;
  kept.total = projection_->total.value;
  if (const auto& interval = projection_->total.interval) {
    kept.low = interval->low;
    kept.high = interval->high;
  }
  kept.ready = projection_->ready;
  return kept;
}

void Training::keep_projection() {
  const auto present = present_projection();
  if (present && present->share > stored_share_ && present->share < 1) store_projection(*present);
}

void Training::end_forecasts() {
  if (last_doubt_) return;
  keep_projection();
  last_doubt_ = doubt();
}

bool Training::update(const EnergyUntil& energy_until) {
  take_events();
  store_changes();
  remember_energies(energy_until);
  const bool advanced = advance_known_work(energy_until);
  learn_plan();
  // Another phase has begun, of which nothing can be said yet.
  if (projected_phase_ && *projected_phase_ + 1 < tracker_.phases().size() && !goes_on(*projected_phase_ + 1))
    withdraw();
  // A doubt may come without any work.
  if (projection_ && doubt() != trace::ForecastDoubt::none) projection_->ready = false;
  return advanced;
}

void Training::finish(SteadyTime end, const EnergyUntil& energy_until, bool as_planned) {
  take_events();
  tracker_.finish(end);
  update(energy_until);
  // What an interrupted training would have cost is not what it did cost.
  if (!final_projection_ || (!as_planned && was_left_early())) return;
  // The run went on after its announced work: that was not all of it.
  if (tracker_.since_start(end) > final_projection_->time * most_after_work) final_projection_->ready = false;
  store_projection(*final_projection_);
}

bool Training::may_act() const {
  return projection_ && projection_->ready && projection_->may_act && tracker_.trust().steps_proven;
}

std::optional<double> Training::probability_above(Joules limit) const {
  return projection_ ? projector_->probability_above(limit) : std::nullopt;
}

}  // namespace joulecast::measure
