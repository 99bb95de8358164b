#include "progress/tracker.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace joulecast::progress {
namespace {

/// Rows beyond this are not kept; their work is counted all the same.
constexpr std::size_t most_epochs = 100'000;
/// Advances are given out at most this often, so that a run of any length and any number of steps has some
/// thousand of them: each half a percent of the work, or after a five-hundredth of the time so far.
constexpr Seconds shortest_advance{0.2};
constexpr double smallest_advance = 0.005;    ///< of the total work
constexpr double shortest_share = 1.0 / 500;  ///< of the time since the phase began
constexpr double tiny = 1e-9;
constexpr std::size_t most_open_windows = 64;
/// An epoch with fewer steps than this share of those before it was cut short, as by a number of steps in
/// all.
constexpr double cut_share = 0.9;

bool is_about_progress(EventKind kind) {
  return kind != EventKind::metric && kind != EventKind::window_begin && kind != EventKind::window_end;
}

}  // namespace

// ---- what to believe

/// Better evidence takes over. What it says in another unit is a new beginning; weaker evidence is then only
/// heard where it adds the steps within an epoch.
bool Tracker::accept(const Event& event) {
  if (!is_about_progress(event.kind)) return true;
  if (!evidence_ || event.evidence == *evidence_) {
    if (event.kind != EventKind::run_begin && event.kind != EventKind::announce) evidence_ = event.evidence;
    return true;
  }
  const bool steps_of_epoch = event.kind == EventKind::progress && event.scope == Scope::epoch;
  const bool in_epochs = current_ && current_->unit == Unit::epoch;
  if (event.evidence < *evidence_) return steps_of_epoch && in_epochs && *evidence_ != Evidence::told;
  if (event.kind == EventKind::run_begin || event.kind == EventKind::announce) return true;
  evidence_ = event.evidence;
  const bool of_epochs =
      event.kind == EventKind::epoch_begin || event.kind == EventKind::epoch_end || steps_of_epoch;
  if (!current_ || untouched() || in_epochs == of_epochs) return true;
  if (event.kind == EventKind::epoch_end && was_one_epoch())
    current_->steps_per_epoch = std::exchange(current_->total_work, std::nullopt);
  else
    begin_phase(since_start(event.time), {});
  return true;
}

/// A bar without a name is full, and a line says that an epoch is over: its steps were the epoch's.
bool Tracker::was_one_epoch() const {
  return current_->unit == Unit::step && current_->total_work && !current_->last_epoch &&
         current_->counter.count() >= current_->total_work;
}

Trust Tracker::trust() const {
  const bool counted = current_ && (current_->counter.counted() || current_->open);
  Trust trust;
  if (counted || phases_.size() > 1) trust.evidence = evidence_;
  trust.total_known = current_ && total_count().has_value();
  trust.consistent = contradictions_ == 0 && !came_at_once() && !(current_ && current_->exceeded);
  return trust;
}

bool Tracker::came_at_once() const {
  return simultaneous_epochs_ > 0 && 2 * simultaneous_epochs_ >= epochs_.size() - 1;
}

// ---- phases and totals

bool Tracker::untouched() const {
  return !current_ || (!current_->counter.counted() && !current_->open && !current_->last_epoch);
}

Tracker::Current& Tracker::current(Seconds begin) {
  if (!current_) {
    current_.emplace(begin);
    current_->total_epochs = announced_.epochs;
    current_->total_work = announced_.steps;
    current_->steps_per_epoch = announced_steps_per_epoch_;
    trace::Phase phase;
    phase.name = "train";
    phase.span = {begin, begin};
    phases_.push_back(std::move(phase));
    phase_changed_ = true;
  }
  return *current_;
}

void Tracker::end_phase(Seconds at) {
  if (!current_) return;
  auto& counter = current_->counter;
  // Steps that reached their number are a whole epoch, even if no line said so.
  if (current_->open && current_->unit == Unit::epoch && current_->open->share >= 1 && current_->open->number)
    close_epoch(*current_->open->number, current_->last_advance.point.time);
  counter.finish(total_count());
  publish();
  if (current_->withheld) advances_.push_back(*current_->withheld);
  if (current_->last_epoch && counter.base() && current_->unit == Unit::epoch) {
    // Now it is known how many epochs the first line stood for.
    const auto first = std::ranges::find(epochs_, phases_.size() - 1, &trace::Epoch::phase);
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
  current_.reset();
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

/// A total that changes on the way contradicts the earlier one.
void Tracker::set_total(std::optional<double>& total, std::optional<double> said) {
  if (!said || *said <= 0 || !std::isfinite(*said)) return;
  if (total && *total != *said && !untouched()) ++contradictions_;
  total = said;
}

void Tracker::learn_totals(const Event& event) {
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

// ---- counting

/// Epochs that were done before this one begins, from the training's origin.
double Tracker::position_of(int epoch) {
  if (!current_->first_number) current_->first_number = epoch == 0 ? 0 : 1;
  return epoch - *current_->first_number;
}

bool Tracker::judge(double count, Seconds at, Seconds phase_begin) {
  switch (current_->counter.meaning_of(count, at, current_->unit == Unit::epoch ? 1 : 0)) {
    case Counter::Meaning::forward:
    case Counter::Meaning::same:
      return true;
    case Counter::Meaning::restart: {
      const auto unit = current_->unit;
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
  const auto total = total_count();
  if (total && count > *total * (1 + tiny)) current_->exceeded = true;
  counter.advance(count, at, total);
  publish();
}

/// Gives out the counter's points, those that are far enough apart.
void Tracker::publish() {
  const auto total = total_work();
  auto& phase = phases_.back();
  for (const auto& point : current_->counter.take_points()) {
    auto& last = current_->last_advance;
    const Advance next{{point.time, point.work, phases_.size() - 1}, false};
    const auto spacing = std::max(shortest_advance, (point.time - current_->begun) * shortest_share);
    phase.work = point.work;
    phase.span.end = std::max(phase.span.end, point.time);
    // What was done before a pause is not to be counted after it.
    auto& withheld = current_->withheld;
    if (withheld && point.time - withheld->point.time >= spacing) advances_.push_back(last = *withheld);
    const bool far = point.time - last.point.time >= spacing ||
                     (total && point.work - last.point.work >= smallest_advance * *total);
    const bool kept = far || last.point.work <= 0 || point.work >= total.value_or(point.work + 1);
    withheld = kept ? std::nullopt : std::optional{next};
    if (kept) advances_.push_back(last = next);
  }
  phase.unit = current_->unit ? name_of(*current_->unit) : "";
  phase.total_work = total;
  phase_changed_ = true;
}

/// The work up to here is an epoch's; also where it was reached before and the epoch only lasted longer.
void Tracker::mark_epoch_end(Seconds at) {
  if (!current_->counter.base()) return;
  at = std::max(at, current_->last_advance.point.time);
  const Advance mark{{at, current_->counter.work(), phases_.size() - 1}, true};
  if (!advances_.empty() && advances_.back().point.time == at &&
      advances_.back().point.phase == mark.point.phase)
    advances_.back() = mark;
  else if (mark.point.work > 0)
    advances_.push_back(mark);
  current_->last_advance = mark;
  current_->withheld.reset();
}

// ---- epochs

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
  current_->open.emplace();
  current_->open->number = number;
  current_->open->begin = std::max(at, current_->epochs_until);
}

void Tracker::close_epoch(int number, Seconds at, std::optional<double> work) {
  auto& now = *current_;
  const double count = now.counter.count().value_or(0);
  if (!now.open) open_epoch(number, now.epochs_until);
  trace::Epoch epoch;
  epoch.index = number;
  epoch.phase = phases_.size() - 1;
  epoch.span = {now.open->begin, std::max(at, now.open->begin)};
  epoch.metrics = std::move(now.open->metrics);
  epoch.work = work;
  if (!work && now.unit && (now.unit != Unit::epoch || now.last_epoch)) {
    const double done = count - now.counted_at_epoch;
    if (done > 0 && (now.unit != Unit::epoch || done > 1 + tiny)) epoch.work = done;
  }
  if (now.open->steps > 0 && !now.steps_per_epoch) now.steps_per_epoch = now.open->steps;
  if (now.unit == Unit::step && !now.steps_per_epoch && epoch.work) now.steps_per_epoch = epoch.work;
  if (now.last_epoch && epochs_[*now.last_epoch].span.end == epoch.span.end) ++simultaneous_epochs_;
  now.usual_share = now.open->share;
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

/// Another epoch follows one whose bar was short: it was not cut, its steps were fewer.
void Tracker::complete_short_epoch() {
  auto& now = *current_;
  if (!std::exchange(now.last_was_short, false) || !now.last_epoch) return;
  auto& last = epochs_[*now.last_epoch];
  last.work.reset();
  advance(position_of(last.index) + 1, now.epochs_until);
  now.counted_at_epoch = now.counter.count().value_or(0);
  change_epoch(*now.last_epoch);
  mark_epoch_end(now.epochs_until);
}

/// The training is over: what was done of the open epoch counts. Many print only every so many steps, so an
/// epoch is whole if it came as far as those before it, or if the next step to print would have been past its
/// end: "16/20" may be the last that a loop prints.
void Tracker::close_unfinished_epoch(Seconds at) {
  auto& open = *current_->open;
  const auto usual = current_->last_epoch ? current_->usual_share : 0;
  const auto total = current_->steps_per_epoch.value_or(0);
  const bool last_printed = !open.short_bar && open.stride > 0 && open.steps + open.stride >= total;
  const bool whole = open.share >= 1 || open.share == 0 || last_printed ||
                     (usual > 0 && !open.short_bar && open.share >= usual - tiny);
  const bool in_epochs = current_->unit == Unit::epoch;
  if (in_epochs && whole) advance(position_of(*open.number) + 1, at);
  // An epoch that was left half done is a row of half an epoch's work.
  close_epoch(*open.number, at, in_epochs && !whole ? std::optional{open.share} : std::nullopt);
}

/// The end was said too early: the epoch's validation came after it.
void Tracker::extend_epoch(Seconds at) {
  auto& last = epochs_[*current_->last_epoch];
  if (current_->open || at <= last.span.end) return;
  last.span.end = current_->epochs_until = at;
  phases_.back().span.end = std::max(phases_.back().span.end, at);
  change_epoch(*current_->last_epoch);
  mark_epoch_end(at);
}

void Tracker::begin_epoch(const Event& event, Seconds at) {
  const int number = *event.epoch;
  current(at);
  if (event.first_epoch && !current_->first_number) current_->first_number = event.first_epoch;
  if (!current_->unit) current_->unit = Unit::epoch;
  if (current_->open && current_->open->number == number) return;
  const bool complete = current_->total_epochs && current_->counter.count() >= current_->total_epochs;
  if (is_last_epoch(number) && (!complete || current_->counter.is_soon(at))) return;
  if (current_->unit != Unit::epoch) {
    if (current_->open && current_->open->number) close_epoch(*current_->open->number, at);
    return open_epoch(number, at);
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

void Tracker::end_epoch(const Event& event, Seconds at) {
  const int number = *event.epoch;
  current(prepared_until_);
  if (event.first_epoch && !current_->first_number) current_->first_number = event.first_epoch;
  const bool single = current_->total_epochs == 1.0 && !current_->counter.is_soon(at);
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
  if (current_->unit != Unit::epoch) {
    learn_totals(event);
    if (current_->last_epoch && number <= epochs_[*current_->last_epoch].index) return;
    return close_epoch(number, at);
  }
  const bool is_short = current_->open && current_->open->number == number && current_->open->short_bar;
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
  if (!event.epoch) {
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
  if (event.total_work && !short_bar) current_->steps_per_epoch = event.total_work;
  if (share < open.share) return;
  open.share = share;
  open.short_bar = short_bar;
  open.last_step = event.total_work.value_or(0);
  if (*event.work > open.steps) open.stride = *event.work - std::exchange(open.steps, *event.work);
  const double whole = open.number
                           ? position_of(*open.number)
                           : std::floor(current_->counter.count().value_or(0) - (share >= 1 ? tiny : -tiny));
  advance(whole + share, at);
}

/// Epochs counted in fractions. One is over when the count passes a whole number; the moment is interpolated.
void Tracker::take_epochs_done(double done, Seconds at) {
  auto& now = *current_;
  const auto before = std::exchange(now.epochs_done, Counter::Point{at, done});
  if (before && done <= before->work) {
    now.epochs_done = before;
    return;
  }
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

void Tracker::take_work(const Event& event, Seconds at) {
  const auto unit = event.unit.value_or(Unit::step);
  current(
      std::min(at, std::max(prepared_until_, phases_.empty() ? prepared_until_ : phases_.back().span.end)));
  if (!current_->unit || (untouched() && unit != Unit::epoch)) current_->unit = unit;
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
  // A bar of another length beside ours is something else.
  if (other && event.evidence == Evidence::guessed && !complete && !untouched()) return;
  if (!judge(*event.work, at, current_->counter.counted() ? phases_.back().span.end : at)) return;
  set_total(unit == Unit::epoch ? current_->total_epochs : current_->total_work, event.total_work);
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

// ---- the rest

void Tracker::add_metric(const Event& event, Seconds at) {
  const auto epoch = event.epoch ? event.epoch : current_epoch();
  metrics_.push_back({at, epoch, event.name, event.value});
  if (!current_ || !epoch) return;
  if (current_->open && current_->open->number == epoch) {
    current_->open->metrics[event.name] = event.value;
    return;
  }
  // Metrics on the line that ends an epoch come after its end and still belong to it.
  for (auto place = current_->last_epoch; place && epochs_[*place].phase == phases_.size() - 1;
       place = *place > 0 ? std::optional{*place - 1} : std::nullopt) {
    if (epochs_[*place].index == *epoch) {
      epochs_[*place].metrics[event.name] = event.value;
      return change_epoch(*place);
    }
    if (epochs_[*place].index < *epoch) return;
  }
}

void Tracker::end_window(const std::string& name, Seconds at) {
  const auto found = windows_.find(name);
  if (found == windows_.end()) return;
  ended_windows_.push_back({name, {found->second, std::max(at, found->second)}});
  windows_.erase(found);
}

void Tracker::take(const Event& event) {
  if (!accept(event)) return;
  const auto at = since_start(event.time);
  switch (event.kind) {
    case EventKind::run_begin:
      if (untouched()) prepared_until_ = at;
      learn_totals(event);
      break;
    case EventKind::announce:
      learn_totals(event);
      break;
    case EventKind::phase_begin:
      current(at);
      begin_phase(at, event.name);
      learn_totals(event);
      if (event.unit) current_->unit = event.unit;
      break;
    case EventKind::epoch_begin:
      if (event.epoch) begin_epoch(event, at);
      break;
    case EventKind::epoch_end:
      if (event.epoch) end_epoch(event, at);
      break;
    case EventKind::progress:
      take_progress(event, at);
      break;
    case EventKind::metric:
      learn_totals(event);
      add_metric(event, at);
      break;
    case EventKind::window_begin:
      if (windows_.size() < most_open_windows) windows_.try_emplace(event.name, at);
      break;
    case EventKind::window_end:
      end_window(event.name, at);
      break;
    case EventKind::run_end:
      if (current_ && current_->open && current_->open->number) close_unfinished_epoch(at);
      break;
  }
}

void Tracker::finish(SteadyTime time) {
  const auto at = since_start(time);
  if (current_ && current_->open && current_->open->number) {
    const auto& open = *current_->open;
    const bool full = open.share >= 1 || (open.last_step > 0 && open.steps >= open.last_step);
    close_unfinished_epoch(full ? current_->last_advance.point.time : at);
  }
  end_phase(phases_.empty() ? at : phases_.back().span.end);
  for (const auto& [name, begin] : std::map(std::exchange(windows_, {})))
    ended_windows_.push_back({name, {begin, at}});
}

std::optional<int> Tracker::current_epoch() const {
  if (!current_) return epochs_.empty() ? std::nullopt : std::optional{epochs_.back().index};
  if (current_->open && current_->open->number) return current_->open->number;
  return current_->last_epoch ? std::optional{epochs_[*current_->last_epoch].index} : std::nullopt;
}

std::optional<Seconds> Tracker::open_since() const {
  return current_ && current_->open ? std::optional{current_->open->begin} : std::nullopt;
}

std::vector<std::size_t> Tracker::take_changed_epochs() {
  epoch_changed_.assign(epoch_changed_.size(), false);
  std::ranges::sort(changed_epochs_);
  return std::exchange(changed_epochs_, {});
}

std::vector<std::size_t> Tracker::take_changed_phases() {
  auto changed = std::exchange(ended_phases_, {});
  const bool open = current_ && std::exchange(phase_changed_, false);
  if (open && (changed.empty() || changed.back() != phases_.size() - 1))
    changed.push_back(phases_.size() - 1);
  return changed;
}

std::vector<Seconds> Tracker::undecided_times() const {
  return current_ ? current_->counter.undecided_times() : std::vector<Seconds>{};
}

std::vector<Advance> Tracker::take_advances() {
  return std::exchange(advances_, {});
}
std::vector<trace::MetricPoint> Tracker::take_metrics() {
  return std::exchange(metrics_, {});
}
std::vector<trace::Window> Tracker::take_windows() {
  return std::exchange(ended_windows_, {});
}

}  // namespace joulecast::progress
