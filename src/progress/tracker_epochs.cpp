#include <algorithm>
#include <utility>

#include "progress/tracker.hpp"

namespace joulecast::progress {
namespace {

/// Rows beyond this are not kept; their work is counted all the same.
constexpr std::size_t most_epochs = 100'000;
constexpr double tiny = 1e-9;
/// Of an epoch's announced steps, so many were taken at its end, or the announcement was wrong.
constexpr double nearly_whole = 0.9;

}  // namespace

void Tracker::change_epoch(std::size_t place) {
  epoch_changed_.resize(std::max(epoch_changed_.size(), place + 1));
  if (epoch_changed_[place]) return;
  epoch_changed_[place] = true;
  changed_epochs_.push_back(place);
}

bool Tracker::is_last_epoch(int number) const {
  return current_->last_epoch && epochs_[*current_->last_epoch].index == number;
}

void Tracker::open_epoch(std::optional<int> number, Seconds at) {
  current_->open = OpenEpoch{};  // clang 14 finds no emplace() for a nested class
  current_->open->number = number;
  current_->open->begin = std::max(at, current_->epochs_until);
}

/// At an epoch's end: a loop that announced 30 steps for it and took 10 counts those of the run, or leaves
/// each epoch early. Its steps then say nothing about any epoch.
void Tracker::judge_steps_of_epoch() {
  const auto& open = *current_->open;
  auto& verdict = current_->steps_of_epoch;
  if (!open.claimed || open.short_bar || open.stride <= 0 || verdict == StepsOfEpoch::right) return;
  const bool reached = open.share >= nearly_whole || open.steps + open.stride >= open.last_step;
  if (reached) {
    verdict = StepsOfEpoch::right;
    return;
  }
  verdict = current_->wrong_steps ? StepsOfEpoch::never : StepsOfEpoch::wrong;
  current_->wrong_steps = open.last_step;
  current_->steps_per_epoch.reset();
  advances_.recount();
}

/// Whether steps are counted within the epoch, of which so many were announced.
bool Tracker::count_steps_of_epoch(std::optional<double> announced) {
  auto& verdict = current_->steps_of_epoch;
  if (said_.steps && announced == said_.steps && total_epochs().value_or(0) > 1) {
    verdict = StepsOfEpoch::wrong;  // the user knows them as those of the run
    current_->wrong_steps = announced;
  }
  if (verdict == StepsOfEpoch::wrong && announced && announced != current_->wrong_steps)
    verdict = StepsOfEpoch::unproven;
  return verdict == StepsOfEpoch::unproven || verdict == StepsOfEpoch::right;
}

void Tracker::close_epoch(int number, Seconds at, std::optional<double> work) {
  auto& now = *current_;
  if (now.open && now.unit == Unit::epoch) judge_steps_of_epoch();
  const double count = now.counter.count().value_or(0);
  if (!now.open) open_epoch(number, now.epochs_until);
  if (now.open->begin_unknown) begin_first_epoch_at(prepared_until_);
  trace::Epoch epoch;
  epoch.index = number;
  epoch.phase = phases_.size() - 1;
  epoch.span = {now.open->begin, std::max(at, now.open->begin)};
  epoch.metrics = std::move(now.open->metrics);
  if (auto early = now.early_metrics.extract(number)) epoch.metrics.merge(early.mapped());
  epoch.work = work;
  if (!work && now.unit && (now.unit != Unit::epoch || now.last_epoch)) {
    const double done = count - now.counted_at_epoch;
    if (done > 0 && (now.unit != Unit::epoch || done > 1 + tiny)) epoch.work = done;
  }
  if (now.open->steps > 0 && !now.steps_per_epoch) now.steps_per_epoch = now.open->steps;
  if (now.unit == Unit::step && !now.steps_per_epoch && epoch.work) now.steps_per_epoch = epoch.work;
  if (now.last_epoch && epochs_[*now.last_epoch].span.end == epoch.span.end) ++simultaneous_epochs_;
  now.usual_share = now.open->share;
  now.stepped_at = std::max(now.open->stepped_at, now.open->begin);
  if (const auto& first = now.open->first_step; first && now.open->steps > first->work)
    now.pace = (now.open->stepped_at - first->time) * (1 / (now.open->steps - first->work));
  now.last_was_short = now.open->short_bar && work;
  now.open.reset();
  now.epochs_until = epoch.span.end;
  now.counted_at_epoch = count;
  auto& phase = phases_.back();
  phase.span.end = std::max(phase.span.end, epoch.span.end);
  if (epochs_.size() >= most_epochs) return;
  now.last_epoch = epochs_.size();
  epochs_.push_back(std::move(epoch));
  change_epoch(*now.last_epoch);
  const bool left = now.unit == Unit::epoch && work && *work < 1;
  if (!left) mark_epoch_end(now.epochs_until);
}

/// The end was said too early: the epoch's validation came after it.
void Tracker::extend_epoch(Seconds at) {
  auto& last = epochs_[*current_->last_epoch];
  if (current_->open || at <= last.span.end) return;
  epochs_come_twice_ = true;
  last.span.end = current_->epochs_until = at;
  phases_.back().span.end = std::max(phases_.back().span.end, at);
  change_epoch(*current_->last_epoch);
  mark_epoch_end(at);
}

/// A round is named before it is known whether epochs follow within it. Where none do, its name is a count.
void Tracker::name_round(const Event& event, Seconds at) {
  if (!event.work) return;
  if (current_ && current_->of_rounds) return begin_round(event, at);
  if (const auto first = named_round_) {
    if (*event.work <= *first->work) return;
    rounds_have_no_epochs_ = true;
    return take_work(event, at);
  }
  if (*event.work <= 1 && event.total_work != 1.0 && untouched() && !rounds_have_no_epochs_)
    named_round_ = event;
  else
    take_work(event, at);
}

/// Epochs that begin again in each round or iteration are no epochs of the run.
bool Tracker::is_within_a_round(const Event& event) {
  const bool epochs =
      event.kind == EventKind::epoch_begin || event.kind == EventKind::epoch_end ||
      (event.kind == EventKind::progress && (event.scope == Scope::epoch || event.unit == Unit::epoch));
  if (!epochs) return false;
  if (const auto named = std::exchange(named_round_, std::nullopt); named && untouched()) {
    const auto at = since_start(named->time);
    current(at);
    current_->unit = Unit::round;
    current_->of_rounds = true;
    current_->first_number = *named->work == 0 ? 0 : 1;
    begin_round(*named, at);
  }
  return current_ && current_->of_rounds;
}

void Tracker::begin_round(const Event& event, Seconds at) {
  const int number = static_cast<int>(std::min(*event.work, 1e9));
  if (current_->open && current_->open->number == number) return;
  const double before = position_of(number);
  if (!judge(before, at, at)) return;
  current_->of_rounds = true;
  set_total(current_->total_work, event.total_work);
  current_->counter.begin_at(before);
  advance(before, at);
  if (current_->open) close_epoch(*current_->open->number, at);
  open_epoch(number, at);
}

/// The first epoch of a phase is over and begins once more, though none of the phases before had it twice: a
/// trial that was given up after one epoch.
bool Tracker::begins_again(int number) {
  if (current_->open || phases_.size() < 2 || position_of(number) > tiny) return false;
  return current_->unit == Unit::epoch && !epochs_come_twice_;
}

void Tracker::begin_epoch(const Event& event, Seconds at) {
  const int number = *event.epoch;
  current(at);
  if (event.first_epoch && !current_->first_number) current_->first_number = event.first_epoch;
  if (!current_->unit) current_->unit = Unit::epoch;
  if (current_->open && current_->open->number == number) return compare_total_epochs(event.total_epochs);
  const bool complete = current_->total_epochs && current_->counter.count() >= current_->total_epochs;
  const bool again = complete || begins_again(number);
  if (is_last_epoch(number) && (!again || current_->counter.is_soon(at))) return;
  if (follows_other_steps(event, at)) {
    begin_phase(at, {});
    current_->unit = Unit::epoch;
  }
  if (current_->unit != Unit::epoch) {
    if (!current_->total_epochs) current_->total_epochs = event.total_epochs;
    return begin_epoch_among_steps(number, at);
  }
  const double position = position_of(number);
  if (!judge(position, at, at)) return;
  complete_short_epoch();
  learn_totals(event);
  current_->counter.begin_at(position_of(number));
  if (current_->open) {
    advance(position, at);
    if (current_->open->number) close_epoch(*current_->open->number, at);
  }
  open_epoch(number, at);
}

/// No steps were told since the last epoch ended: the bar before the first one was of something else, or none
/// is drawn any more. The epoch counts all the same.
void Tracker::count_epoch_without_steps(int number, Seconds at) {
  const auto& now = *current_;
  if (now.unit != Unit::step || now.total_work || !now.steps_per_epoch || !now.last_epoch) return;
  if (now.counter.count() != now.counted_at_epoch) return;
  const int epochs = number - epochs_[*now.last_epoch].index;
  advance(now.counted_at_epoch + *now.steps_per_epoch * epochs, at);
}

/// The first epoch begins now: the steps that were counted before it are none of its own, and those that had
/// a number are all done.
bool Tracker::follows_other_steps(const Event& event, Seconds at) {
  auto& now = *current_;
  if (now.unit != Unit::step || now.last_epoch || now.open || event.evidence == Evidence::told) return false;
  const bool over = !now.total_work || now.counter.count() >= now.total_work;
  if (!over || now.counter.work() <= 0 || now.counted.time == at) return false;
  const auto first = now.first_number;
  const bool is_first = position_of(*event.epoch) <= tiny;
  now.first_number = first;
  return is_first;
}

/// Of the phase that is counted now, one epoch is over.
bool Tracker::had_one_epoch() const {
  const auto& last = current_->last_epoch;
  return last && (*last == 0 || epochs_[*last - 1].phase + 1 != phases_.size());
}

/// The second epoch is over, and no steps were told since the first one was: those before were of something
/// else, and epochs are counted from there on.
void Tracker::leave_other_steps(int number) {
  auto& now = *current_;
  if (now.unit != Unit::step || now.total_work || !had_one_epoch() || !now.total_epochs) return;
  if (now.counter.count() != now.counted_at_epoch || number != epochs_[*now.last_epoch].index + 1) return;
  const auto first = now.first_number;
  const auto total = now.total_epochs;
  begin_phase(now.epochs_until, {});
  current_->unit = Unit::epoch;
  current_->first_number = first;
  current_->total_epochs = total;
  current_->counter.begin_at(position_of(number));
}

void Tracker::end_epoch(const Event& event, Seconds at) {
  const int number = *event.epoch;
  current(phases_.empty() ? prepared_until_ : std::max(prepared_until_, phases_.back().span.end));
  if (untouched() && current_->since && phases_.back().span.begin == at) begin_phase_earlier();
  if (event.first_epoch && !current_->first_number) current_->first_number = event.first_epoch;
  const bool single = current_->total_epochs == 1.0 && !current_->counter.is_soon(at);
  if (event.headed_at_end) begin_headed_epoch_earlier(number, at);
  // Said again: by a validation that is over now, or, once the next has begun, by a rank that lags behind.
  if (is_last_epoch(number) && !single) return extend_epoch(at);
  if (event.work && event.evidence == Evidence::told) {
    // The epoch's beginning was told before its work was.
    if (!current_->counter.counted()) current_->unit = event.unit.value_or(Unit::work);
    learn_totals(event);
    current_->counter.begin_at(0);
    advance(current_->counter.count().value_or(0) + *event.work, at);
    return close_epoch(number, at, event.work);
  }
  if (!current_->unit) current_->unit = Unit::epoch;
  leave_other_steps(number);
  if (current_->unit != Unit::epoch) {
    // Its steps, which looked like those of the whole run, are all done.
    if (was_one_epoch()) {
      current_->steps_per_epoch = std::exchange(current_->total_work, std::nullopt);
      phase_changed_ = true;
    }
    learn_totals(event);
    if (current_->last_epoch && number <= epochs_[*current_->last_epoch].index) return;
    count_epoch_without_steps(number, at);
    return close_epoch(number, at);
  }
  // A program that tells of the end itself knows that nothing is missing, as where the last epoch has fewer
  // steps, unless the steps of the run are counted.
  const bool may_be_cut = event.evidence != Evidence::told || said_.steps;
  const bool is_short =
      may_be_cut && current_->open && current_->open->number == number && current_->open->short_bar;
  const double part = is_short ? current_->open->share : 1;
  double position = position_of(number) + part;
  if (single && is_last_epoch(number)) {
    begin_phase(current_->epochs_until, {});
    current_->unit = Unit::epoch;
  } else if (!judge(position, at, current_->epochs_until)) {
    return;
  }
  if (!current_->open) complete_short_epoch();
  learn_totals(event);
  position = position_of(number) + part;
  // Epochs that do not tell their beginning: 10/50 may be the tenth of ours or the first after a resumption.
  const bool repeated = current_->last_epoch && !current_->open && position <= current_->counter.count();
  if (repeated) return;
  advance(position, at);
  close_epoch(number, at, is_short ? std::optional{part} : std::nullopt);
}

/// Another epoch follows one whose bar was short: it was not cut, its steps were fewer.
void Tracker::complete_short_epoch() {
  auto& now = *current_;
  if (!std::exchange(now.last_was_short, false) || !now.last_epoch) return;
  now.uneven = true;
  auto& last = epochs_[*now.last_epoch];
  last.work.reset();
  advance(position_of(last.index) + 1, now.epochs_until);
  now.counted_at_epoch = now.counter.count().value_or(0);
  change_epoch(*now.last_epoch);
  mark_epoch_end(now.epochs_until);
}

/// What came at once has no times: the time before it is not that of its first epoch.
void Tracker::forget_first_of_a_burst() {
  for (std::size_t place = 0; place + 1 < epochs_.size(); ++place) {
    auto& span = epochs_[place].span;
    if (span.end != epochs_[place + 1].span.end || span.begin == span.end) continue;
    span.begin = span.end;
    change_epoch(place);
  }
}

/// The training is over: what was done of the open epoch counts. Many print only every so many steps, so an
/// epoch is whole if it came as far as those before it, or if the next step to print would have been past its
/// end: "16/20" may be the last that a loop prints. What a program tells is taken at its word.
void Tracker::close_unfinished_epoch(Seconds at) {
  auto& open = *current_->open;
  const auto usual = current_->last_epoch ? current_->usual_share : 0;
  const auto total = current_->steps_per_epoch.value_or(0);
  const bool printed = evidence_ != Evidence::told && !open.short_bar;
  const bool last_printed = printed && open.stride > 0 && open.steps + open.stride >= total;
  const bool whole = open.share >= 1 || open.share == 0 || last_printed ||
                     (printed && usual > 0 && open.share >= usual - tiny);
  const bool in_epochs = current_->unit == Unit::epoch;
  if ((in_epochs || current_->of_rounds) && whole) advance(position_of(*open.number) + 1, at);
  // An epoch that was left half done is a row of half an epoch's work.
  close_epoch(*open.number, at, in_epochs && !whole ? std::optional{open.share} : std::nullopt);
}

}  // namespace joulecast::progress
