#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "progress/tracker.hpp"

namespace joulecast::progress {
namespace {

constexpr double tiny = 1e-9;
/// An epoch with fewer steps than this share of those before it was cut short, as by a number of steps in
/// all.
constexpr double cut_share = 0.9;
/// A first count within an epoch that is more than this share of it was not reached in no time.
constexpr double smallest_share = 0.02;

}  // namespace

/// Epochs that were done before this one begins, from the training's origin.
double Tracker::position_of(int epoch) {
  // Parts whose epochs go on from those before do not do the same again.
  if (auto& part = parts_.back(); part && part->alike && untouched() && !epochs_.empty() &&
                                  epochs_.back().phase + 2 == phases_.size() && epoch > epochs_.back().index)
    part->alike = false;
  if (!current_->first_number) {
    current_->first_number = current_->counts_own_epochs ? epoch : epoch == 0 ? 0 : 1;
    current_->first_number_assumed = !current_->counts_own_epochs && epoch > 1;
    if (said_.first_epoch && phases_.size() == 1 && current_->first_number_assumed) {
      current_->first_number = said_.first_epoch;
      current_->first_number_assumed = false;
    }
  }
  if (epoch == current_->total_epochs) current_->first_number_assumed = false;  // it counts from 1
  return epoch - *current_->first_number;
}

bool Tracker::judge(double count, Seconds at, Seconds phase_begin) {
  switch (current_->counter.meaning_of(count, at, current_->unit == Unit::epoch ? 1 : 0)) {
    case Counter::Meaning::forward:
    case Counter::Meaning::same:
      return true;
    case Counter::Meaning::restart: {
      const auto unit = current_->unit;
      leave_phase(at);
      begin_phase(phase_begin, {});
      current_->unit = unit;
      return true;
    }
    case Counter::Meaning::back:
      ++contradictions_;
      return false;
    case Counter::Meaning::echo:
      return false;
  }
  return false;
}

void Tracker::advance(double count, Seconds at) {
  auto& counter = current_->counter;
  if (counter.meaning_of(count, at, 0) != Counter::Meaning::forward) return;
  auto total = total_count();
  if (total && count > *total * (1 + tiny)) {
    if (total_is_guessed()) {  // it was of something else
      if (current_->total_epochs == guessed_.epochs) current_->total_epochs.reset();
      if (current_->total_work == guessed_.steps) current_->total_work.reset();
      total = total_count();
    } else {
      current_->exceeded = true;
    }
  }
  counter.advance(count, at, total);
  current_->counted_before = std::exchange(current_->counted, {at, count});
  publish();
}

/// Gives out what the counter knows by now.
void Tracker::publish() {
  const auto total = total_work();
  auto& phase = phases_.back();
  for (const auto& point : current_->counter.take_points()) {
    phase.work = point.work;
    phase.span.end = std::max(phase.span.end, point.time);
    advances_.add(point, total);
  }
  phase.unit = current_->unit ? name_of(*current_->unit) : "";
  phase.total_work = total;
  const bool counts_rest = current_->counts_own_epochs && current_->first_number.value_or(0) > 1;
  phase.done_before = counts_rest ? std::nullopt : current_->counter.base();
  phase_changed_ = true;
}

/// The work up to here is an epoch's.
void Tracker::mark_epoch_end(Seconds at) {
  if (!current_->counter.base()) return;
  publish();  // if it is known only now where counting began, what came before waits
  advances_.end_epoch(at, current_->counter.work());
}

/// How much of its epoch the steps are, and whether its bar is shorter than those of the epochs before.
std::pair<double, bool> Tracker::share_of_epoch(const Event& event) const {
  const auto& usual = current_->steps_per_epoch;
  const bool short_bar = event.epoch && current_->last_epoch && usual && event.total_work &&
                         *event.total_work < cut_share * *usual;
  const auto total = event.total_work && !short_bar ? event.total_work : usual;
  return {total && *total > 0 ? std::clamp(*event.work / *total, 0.0, 1.0) : 0, short_bar};
}

void Tracker::take_steps_of_epoch(const Event& event, Seconds at) {
  current(at);
  if (event.first_epoch && !current_->first_number) current_->first_number = event.first_epoch;
  if (!current_->unit) current_->unit = Unit::epoch;
  if (current_->unit == Unit::step && current_->last_epoch && event.total_work == current_->total_work) {
    // What seemed to count all steps begins again with each epoch.
    current_->steps_per_epoch = std::exchange(current_->total_work, std::nullopt);
    current_->counted_at_epoch = std::max(current_->counted_at_epoch, current_->steps_per_epoch.value_or(0));
  }
  if (current_->unit == Unit::step && event.work && event.total_work == current_->steps_per_epoch)
    return advance(current_->counted_at_epoch + *event.work, at);
  if (current_->unit != Unit::epoch || !event.work) return;
  auto [share, short_bar] = share_of_epoch(event);
  if (event.epoch && is_last_epoch(*event.epoch) && !current_->open && !(share < 1 && total_epochs() == 1.0))
    return;
  if (event.epoch && (!current_->open || current_->open->number != event.epoch)) {
    // A bar of an earlier epoch, from a rank that lags behind.
    if (current_->open && current_->open->number && *event.epoch < *current_->open->number && share > 0.5)
      return;
    auto begin = event;
    begin.kind = EventKind::epoch_begin;
    begin.total_work.reset();  // is looked at below
    begin_epoch(begin, at);
    if (!current_->open || current_->open->number != event.epoch) return;
    std::tie(share, short_bar) = share_of_epoch(event);  // a new phase may have begun
  }
  const bool some_done = *event.work > 0 && (share > smallest_share || !event.total_work);
  const bool first = event.epoch && current_->open->begin == at && current_->open->steps == 0;
  if (some_done && first && event.evidence != Evidence::told) begin_open_epoch_earlier(*event.work, share);
  if (!count_steps_of_epoch(event.total_work)) return;
  if (!event.epoch) {
    if (all_epochs_are_over() && event.evidence != Evidence::told) return;
    // Steps that begin again without a word are the next epoch's.
    if (current_->open && !current_->open->number && share < current_->open->share / 2 &&
        !current_->counter.is_soon(at)) {
      advance(std::floor(current_->counter.count().value_or(0)) + (current_->open->share < 1 ? 1 : 0), at);
      close_epoch(static_cast<int>(current_->counter.count().value_or(1)), at);
    }
    if (!current_->open) open_epoch(std::nullopt, at);
    current_->counter.begin_at(0);
  }
  auto& open = *current_->open;
  const auto& usual = current_->steps_per_epoch;
  if (event.total_work && usual && current_->last_epoch && cut_share * *event.total_work > *usual)
    current_->uneven = true;
  if (event.total_work && !short_bar) current_->steps_per_epoch = event.total_work;
  if (share < open.share) return;
  if (!open.first_step) open.first_step = Counter::Point{at, *event.work};
  if (const auto& heard = *open.first_step; open.begin_unknown && *event.work > heard.work) {
    const auto pace = (at - heard.time) * (1 / (*event.work - heard.work));
    begin_first_epoch_at(std::max(prepared_until_, heard.time - pace * heard.work));
  }
  open.share = share;
  open.stepped_at = at;
  open.short_bar = short_bar;
  open.claimed = event.evidence != Evidence::told;
  open.last_step = event.total_work.value_or(0);
  if (*event.work > open.steps) open.stride = *event.work - std::exchange(open.steps, *event.work);
  const double whole = open.number
                           ? position_of(*open.number)
                           : std::floor(current_->counter.count().value_or(0) - (share >= 1 ? tiny : -tiny));
  advance(whole + share, at);
}

/// What is counted after them is of something else, as an evaluation.
bool Tracker::all_epochs_are_over() const {
  const auto epochs = total_epochs();
  const auto count = current_->counter.count();
  return epochs && count && *count >= *epochs && !current_->open && !total_is_guessed();
}

/// Epochs counted in fractions. One is over when the count passes a whole number; the moment is interpolated.
void Tracker::take_epochs_done(double done, Seconds at) {
  auto& now = *current_;
  const auto before = std::exchange(now.epochs_done, Counter::Point{at, done});
  if (before && done <= before->work) {
    now.epochs_done = before;
    return;
  }
  if (!before && now.unit == Unit::epoch && now.counter.base() && done <= *now.counter.base() + tiny) return;
  const double whole = std::floor(done + tiny);
  if (!before && (done < 1 || done != whole)) return;
  if (before && whole <= std::floor(before->work + tiny)) return;
  const double share = before ? (whole - before->work) / (done - before->work) : 1;
  const auto passed = before ? before->time + (at - before->time) * share : at;
  if (!now.first_number) now.first_number = 1;
  const int number = static_cast<int>(whole) - 1 + *now.first_number;
  // A line of the program said so before its bar.
  if (is_last_epoch(number)) return extend_epoch(passed);
  if (now.unit == Unit::epoch) advance(whole, passed);
  close_epoch(number, passed);
}

/// All steps are done and none of them told of an epoch: what counts epochs from the start now is another
/// part.
bool Tracker::begins_epochs_after_steps(const Event& event) const {
  constexpr double at_start = 0.25;
  const auto& now = *current_;
  if (now.unit != Unit::step || !now.total_work || now.last_epoch || now.open || now.epochs_done)
    return false;
  return now.counter.count() >= now.total_work && event.total_work &&
         *event.work < at_start * *event.total_work;
}

void Tracker::take_work(const Event& event, Seconds at) {
  if (const auto named = std::exchange(named_round_, std::nullopt))
    take_work(*named, since_start(named->time));  // nothing within it was heard
  const bool in_unit_of_phase = !event.unit && current_ && current_->unit_said;
  const auto unit = in_unit_of_phase ? *current_->unit : event.unit.value_or(Unit::step);
  current(
      std::min(at, std::max(prepared_until_, phases_.empty() ? prepared_until_ : phases_.back().span.end)));
  if (!current_->unit || (untouched() && unit != Unit::epoch)) current_->unit = unit;
  if (unit == Unit::epoch && current_->unit != Unit::epoch && begins_epochs_after_steps(event)) {
    begin_phase(phases_.back().span.end, {});
    current_->unit = Unit::epoch;
  }
  if (unit == Unit::epoch && current_->unit != Unit::epoch) {
    set_total(current_->total_epochs, event.total_work);
    return take_epochs_done(*event.work, at);
  }
  if (unit != current_->unit) return;
  auto& total = unit == Unit::epoch ? current_->total_epochs : current_->total_work;
  const bool other = total && event.total_work && *total != *event.total_work;
  const bool complete = total && current_->counter.count() >= total;
  // A bar that counts whole epochs, beside one that counts the steps of this one.
  const auto count = current_->counter.count();
  if (unit == Unit::epoch && count && *event.work == std::floor(*count)) {
    set_total(total, event.total_work);
    return take_epochs_done(*event.work, at);
  }
  // A bar of another length beside ours is something else. After ours it may be the next phase's.
  const bool goes_back = current_->counter.meaning_of(*event.work, at, 0) == Counter::Meaning::back;
  if (other && event.evidence == Evidence::guessed && !untouched() && (!complete || goes_back)) return;
  if (!judge(*event.work, at, current_->counter.counted() ? phases_.back().span.end : at)) return;
  set_total(unit == Unit::epoch ? current_->total_epochs : current_->total_work, event.total_work);
  if (event.counted_from) current_->counter.begin_at(*event.counted_from);
  if (unit == Unit::epoch) take_epochs_done(*event.work, at);
  advance(*event.work, at);
}

void Tracker::take_progress(const Event& event, Seconds at) {
  if (!event.work || *event.work < 0 || !std::isfinite(*event.work)) return;
  if (event.scope == Scope::epoch)
    take_steps_of_epoch(event, at);
  else
    take_work(event, at);
}

}  // namespace joulecast::progress
