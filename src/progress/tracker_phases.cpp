#include <algorithm>
#include <cmath>
#include <utility>

#include "progress/tracker.hpp"

namespace joulecast::progress {
namespace {

constexpr double tiny = 1e-9;

/// A phase that is counted in epochs tells its work in epochs.
Event as_total_of_epochs(Event event) {
  if (event.unit == Unit::epoch && event.total_work) event.total_epochs = std::exchange(event.total_work, {});
  return event;
}

}  // namespace

bool Tracker::untouched() const {
  return !current_ || (!current_->counter.counted() && !current_->open && !current_->last_epoch);
}

Tracker::Current& Tracker::current(Seconds begin) {
  if (!current_) {
    current_.emplace(begin);
    current_->early_metrics = std::exchange(early_metrics_, {});
    end_told_ = false;
    current_->total_epochs = announced_.epochs;
    current_->total_work = announced_.steps;
    current_->steps_per_epoch = announced_steps_per_epoch_;
    trace::Phase phase;
    phase.name = "train";
    phase.span = {begin, begin};
    phases_.push_back(std::move(phase));
    parts_.emplace_back();
    advances_.begin_phase(phases_.size() - 1, begin);
    phase_changed_ = true;
  }
  return *current_;
}

void Tracker::end_phase(Seconds at) {
  if (!current_) return;
  auto& counter = current_->counter;
  // Steps that reached their number are a whole epoch, even if no line said so.
  if (current_->open && current_->unit == Unit::epoch && current_->open->share >= 1 && current_->open->number)
    close_epoch(*current_->open->number, advances_.last_time());
  // Of numbers that may count from 0 or 1 the last one tells.
  if (trust().may_count_from_zero && counter.count() && total_epochs() == *counter.count() + 1)
    current_->total_epochs = counter.count();
  counter.finish(total_count());
  publish();
  advances_.end_phase();
  if (current_->last_epoch && counter.base() && current_->unit == Unit::epoch) {
    // Now it is known how many epochs the first line stood for.
    const auto first = std::ranges::lower_bound(epochs_, phases_.size() - 1, {}, &trace::Epoch::phase);
    if (first != epochs_.end() && !first->work) {
      const double work = position_of(first->index) + 1 - *counter.base();
      if (work > 1 + tiny) {
        first->work = work;
        change_epoch(static_cast<std::size_t>(first - epochs_.begin()));
      }
    }
  }
  phases_.back().span.end = std::max(at, phases_.back().span.begin);
  ended_phases_.push_back(phases_.size() - 1);
  total_was_guessed_ = total_is_guessed();
  might_run_out_of_steps_ = may_run_out_of_steps();
  current_.reset();
}

/// Another phase begins: what is open of this one is over.
void Tracker::leave_phase(Seconds at) {
  if (current_ && current_->open && current_->open->number) close_unfinished_epoch(at);
}

void Tracker::begin_phase(Seconds at, std::string name) {
  if (current_ && untouched()) {
    if (!name.empty()) phases_.back().name = std::move(name);
    phases_.back().span.begin = at;
    phase_changed_ = true;
    return;
  }
  end_phase(at);
  announced_ = {};
  announced_steps_per_epoch_.reset();
  current(at);
  if (!name.empty()) phases_.back().name = std::move(name);
}

void Tracker::take_phase(const Event& event, Seconds at) {
  const auto before = phases_.empty() ? prepared_until_ : phases_.back().span.end;
  // Named before its loop, which says the same again with its unit and total.
  const bool goes_on = current_ && untouched() && event.evidence == Evidence::told && !event.part &&
                       event.name == phases_.back().name;
  current(at);
  if (event.part) {
    begin_part(*event.part, event.name, at);
  } else if (!goes_on) {
    leave_phase(at);
    begin_phase(at, event.name);
  }
  if (untouched() && !goes_on) current_->since = before;
  if (event.part) return;
  learn_totals(as_total_of_epochs(event));
  if (event.unit) current_->unit = event.unit;
  current_->unit_said = event.unit.has_value();
  current_->counts_own_epochs = event.unit == Unit::epoch && event.total_work;
}

/// What named the phase was the end of its first epoch: it began where the one before it ended.
void Tracker::begin_phase_earlier() {
  const auto begin = *std::exchange(current_->since, std::nullopt);
  auto& phase = phases_.back();
  if (begin >= phase.span.begin) return;
  if (phases_.size() > 1) phases_[phases_.size() - 2].span.end = begin;
  phase.span = {begin, begin};
  current_->counter = Counter(begin);
  current_->epochs_until = begin;
  advances_.begin_phase(phases_.size() - 1, begin);
}

/// A bar and a heading may both say that a part begins. Where nothing is heard within the parts, they are
/// counted themselves.
void Tracker::begin_part(Part part, std::string name, Seconds at) {
  if (part.number == 0) parts_from_zero_ = true;
  if (parts_from_zero_) ++part.number;
  const auto before = named_part_;
  if (!part.of && before && before->alike == part.alike) part.of = before->of;
  if (before && before->number == part.number && before->of == part.of) return;
  named_part_ = part;
  leave_phase(at);
  const bool next = before && before->alike && part.alike && part.number == before->number + 1;
  if (current_->counts_parts || (next && untouched())) {
    current_->counts_parts = true;
    current_->unit = Unit::fit;
    set_total(current_->total_work, part.of);
    current_->counter.begin_at(before->number - 1);
    parts_.back().reset();
    phases_.back().name = "train";
    return advance(part.number - 1, at);
  }
  // How an epoch's steps are announced is the same in each of them.
  const auto steps_of_epoch = current_->steps_of_epoch;
  const auto wrong_steps = current_->wrong_steps;
  begin_phase(at, std::move(name));
  // "Run 7" or "Seed 42" at first may be a mere label.
  const bool is_label = !before && part.alike && !part.of && part.number > 1;
  if (!is_label) parts_.back() = part;
  if (!next) return;
  current_->steps_of_epoch = steps_of_epoch;
  current_->wrong_steps = wrong_steps;
}

/// A total that changes in what is printed contradicts the earlier one. A program that tells another one has
/// changed its plan.
void Tracker::set_total(std::optional<double>& total, std::optional<double> said) {
  if (!said || *said <= 0 || !std::isfinite(*said)) return;
  const bool of_epochs = &total == (current_ ? &current_->total_epochs : &announced_.epochs);
  if (const auto guess = std::exchange(of_epochs ? guessed_.epochs : guessed_.steps, std::nullopt))
    if (total == guess) total.reset();
  const bool changed = total && *total != *said && !untouched();
  if (changed && evidence_ != Evidence::told) ++contradictions_;
  total = said;
}

/// A printed setting is the total for want of a better one. What the user says is better.
void Tracker::guess_totals(const Event& event) {
  const auto guess = [](auto& total, auto& guessed, std::optional<double> user, std::optional<double> said) {
    if (said && *said > 0 && !user && (!total || total == guessed)) total = guessed = said;
  };
  guess(current_ ? current_->total_epochs : announced_.epochs, guessed_.epochs, said_.epochs,
        event.total_epochs);
  if (event.scope == Scope::phase)
    guess(current_ ? current_->total_work : announced_.steps, guessed_.steps, said_.steps, event.total_work);
}

bool Tracker::total_is_guessed() const {
  if (!current_) return total_was_guessed_;
  const bool epochs = guessed_.epochs && current_->total_epochs == guessed_.epochs;
  const bool steps = guessed_.steps && current_->total_work == guessed_.steps;
  if (current_->unit == Unit::epoch) return current_->total_epochs ? epochs : steps;
  return current_->total_work ? steps : epochs;
}

void Tracker::compare_with_user() {
  if (disagreement_ || !current_ || evidence_ == Evidence::guessed) return;
  const auto compare = [&](Unit unit, std::optional<double> said, std::optional<double> heard) {
    if (current_->unit == unit && said && heard && *said != *heard) disagreement_ = {unit, *said, *heard};
  };
  compare(Unit::epoch, said_.epochs, current_->total_epochs);
  compare(Unit::step, said_.steps, current_->total_work);
}

/// Of an epoch that is known already: a bar beside a heading, say. Another total is a contradiction, once.
void Tracker::compare_total_epochs(std::optional<double> said) {
  const auto& known = current_->total_epochs;
  if (!said || !known || said == other_total_) return;
  if (guessed_.epochs) return set_total(current_->total_epochs, said);
  if (*said == *known) return;
  other_total_ = said;
  ++contradictions_;
}

void Tracker::learn_totals(const Event& event) {
  if (event.kind == EventKind::announce && event.evidence == Evidence::guessed) return guess_totals(event);
  auto& epochs = current_ ? current_->total_epochs : announced_.epochs;
  auto& work = current_ ? current_->total_work : announced_.steps;
  auto& per_epoch = current_ ? current_->steps_per_epoch : announced_steps_per_epoch_;
  set_total(epochs, event.total_epochs);
  if (event.kind == EventKind::progress) return;
  if (event.scope == Scope::epoch)
    per_epoch = event.total_work ? event.total_work : per_epoch;
  else
    set_total(work, event.total_work);
}

std::optional<double> Tracker::total_epochs() const {
  const auto& printed = current_ ? current_->total_epochs : announced_.epochs;
  return printed ? printed : said_.epochs;
}

/// The last count of the current phase, as it is printed.
std::optional<double> Tracker::total_count() const {
  const auto steps = current_->total_work ? current_->total_work : said_.steps;
  if (current_->unit == Unit::percent) return 100;
  if (current_->unit == Unit::epoch) {
    if (const auto epochs = total_epochs()) return epochs;
    if (steps && current_->steps_per_epoch) return *steps / *current_->steps_per_epoch;
    return std::nullopt;
  }
  if (current_->unit == Unit::work) return current_->total_work;
  if (steps) return steps;
  if (const auto epochs = total_epochs(); epochs && current_->steps_per_epoch)
    return *epochs * *current_->steps_per_epoch;
  return std::nullopt;
}

std::optional<double> Tracker::total_work() const {
  if (!current_) return phases_.empty() ? std::nullopt : phases_.back().total_work;
  const auto total = total_count();
  const auto base = current_->counter.base();
  if (!total || !base) return std::nullopt;
  return std::max(*total - *base, current_->counter.work());
}

std::optional<double> Tracker::epoch_work() const {
  if (!current_ || !current_->unit) return std::nullopt;
  if (current_->unit == Unit::epoch) return 1;
  if (current_->unit != Unit::step) return std::nullopt;
  if (current_->steps_per_epoch) return current_->steps_per_epoch;
  const auto epochs = total_epochs();
  const auto steps = total_count();
  return epochs && steps ? std::optional{*steps / *epochs} : std::nullopt;
}

std::optional<double> Tracker::steps_per_work() const {
  return current_ && current_->unit == Unit::epoch ? current_->steps_per_epoch : std::nullopt;
}

}  // namespace joulecast::progress
