// Where epochs began and ended that no line tells of at that moment.
#include <algorithm>

#include "progress/tracker.hpp"

namespace joulecast::progress {

/// What is first heard of an epoch may be its twentieth step: it began where the training did, or where the
/// epoch before it ended. Where nothing told that the training begins, its next step tells at what pace it
/// came so far: before that the program was loaded.
void Tracker::begin_open_epoch_earlier(double steps, double share) {
  auto& open = *current_->open;
  if (current_->last_epoch && current_->epochs_until == open.begin) end_epoch_before_earlier(steps, share);
  const bool begins_phase = !current_->last_epoch && phases_.back().span.begin == open.begin;
  if (begins_phase && phases_.size() == 1 && !begin_told_) {
    open.begin_unknown = true;
    return;
  }
  if (begins_phase) {
    const bool follows = !epochs_.empty() && epochs_.back().phase + 2 == phases_.size();
    if (follows && !current_->since) current_->since = epochs_.back().span.end;
    if (phases_.size() == 1 && !current_->since) current_->since = prepared_until_;
    if (current_->since) begin_phase_earlier();
    current_->counter.begin_at(position_of(*open.number));
  }
  open.begin = std::min(open.begin, current_->epochs_until);
}

/// It was ended by the first line of this one, of which some steps are done. They took as long as those of
/// the epoch before. Where its lines did not tell its pace, the time between the two lines is shared by the
/// steps: if the last line told of 90 % of them and this one tells of 20 %, a third of it belongs to the one
/// before.
void Tracker::end_epoch_before_earlier(double steps, double share) {
  auto& before = epochs_[*current_->last_epoch];
  const auto heard = current_->stepped_at;
  const auto now = before.span.end;
  if (now != current_->epochs_until || heard <= before.span.begin) return;
  const double left = current_->usual_share > 0 ? 1 - current_->usual_share : 0;
  auto end = heard + (now - heard) * (left > 0 ? left / (left + share) : 0);
  if (current_->pace) end = std::clamp(now - *current_->pace * steps, heard, now);
  current_->epochs_until = before.span.end = end;
  change_epoch(*current_->last_epoch);
}

void Tracker::begin_first_epoch_at(Seconds begin) {
  current_->open->begin_unknown = false;
  current_->open->begin = current_->epochs_until = phases_.back().span.begin = begin;
  phase_changed_ = true;
}

/// The heading of an epoch came at its end: it began where the one before it ended, or once the training was
/// prepared.
void Tracker::begin_headed_epoch_earlier(int number, Seconds at) {
  auto& now = *current_;
  const bool open = now.open && now.open->number == number;
  if (now.unit != Unit::epoch || (!open && !is_last_epoch(number))) return;
  const std::size_t before = open ? epochs_.size() : *now.last_epoch;  // how many there are
  const bool first = before == 0 || epochs_[before - 1].phase + 1 != phases_.size();
  if (first) {
    now.since = before > 0 ? epochs_[before - 1].span.end : prepared_until_;
    begin_phase_earlier();
    now.counter.begin_at(position_of(number));
  }
  const auto begin = first ? phases_.back().span.begin : epochs_[before - 1].span.end;
  if (open) {
    now.open->begin = begin;
    return;
  }
  epochs_[*now.last_epoch].span.begin = begin;
  now.epochs_until = epochs_[*now.last_epoch].span.end;
  change_epoch(*now.last_epoch);
  advance(position_of(number) + 1, at);
  now.counted_at_epoch = now.counter.count().value_or(0);
  mark_epoch_end(at);
}

/// Steps are counted, and a line names the epoch: "step 30/100, epoch 2/5" came up to ten steps after the
/// epoch began, where every tenth is printed.
void Tracker::begin_epoch_among_steps(int number, Seconds at) {
  const double before = position_of(number);
  const auto counted = current_->counted, counted_before = current_->counted_before;
  const bool with_a_step = current_->counter.counted() && counted.time == at;
  const bool first = !current_->last_epoch && !current_->open;
  if (!with_a_step || (first && before > 0)) {
    if (current_->open && current_->open->number) close_epoch(*current_->open->number, at);
    return open_epoch(number, at);
  }
  if (first) return open_epoch(number, current_->epochs_until);
  const double whole = before * epoch_work().value_or(0);
  const bool within = whole > counted_before.work && whole <= counted.work;
  const double boundary = within ? whole : counted_before.work;
  const double share = (boundary - counted_before.work) / (counted.work - counted_before.work);
  const auto begin = counted_before.time + (at - counted_before.time) * share;
  if (current_->open && current_->open->number)
    close_epoch(*current_->open->number, begin, boundary - current_->counted_at_epoch);
  current_->counted_at_epoch = boundary;
  open_epoch(number, begin);
}

}  // namespace joulecast::progress
