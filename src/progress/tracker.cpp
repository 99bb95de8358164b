#include "progress/tracker.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace joulecast::progress {
namespace {

bool is_before_progress(EventKind kind) {
  return kind == EventKind::prepare || kind == EventKind::run_begin || kind == EventKind::announce;
}

}  // namespace

/// Better evidence takes over. What it says in another unit is a new beginning; weaker evidence is then only
/// heard where it adds the steps within an epoch.
bool Tracker::accept(const Event& event) {
  if (!is_about_progress(event.kind)) return true;
  if (!evidence_ || event.evidence == *evidence_) {
    if (!is_before_progress(event.kind)) evidence_ = event.evidence;
    return true;
  }
  const bool steps_of_epoch = event.kind == EventKind::progress && event.scope == Scope::epoch;
  const bool in_epochs = current_ && current_->unit == Unit::epoch;
  if (event.kind == EventKind::announce && event.evidence == Evidence::guessed)
    return *evidence_ != Evidence::told;
  if (event.evidence < *evidence_) return steps_of_epoch && in_epochs && *evidence_ != Evidence::told;
  if (is_before_progress(event.kind)) return true;
  if (steps_go_on_over(event) || names_present_step(event)) return true;
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

/// A bar without a name counts the steps of the whole training, and lines beside it tell the epochs: these
/// are marks on it. What is counted remains a guess.
bool Tracker::steps_go_on_over(const Event& event) {
  const bool marks = event.kind == EventKind::epoch_begin || event.kind == EventKind::epoch_end;
  if (!marks || !event.epoch || !current_ || untouched() || current_->unit != Unit::step) return false;
  const auto count = current_->counter.count();
  const auto& steps = current_->total_work;
  if (event.evidence == Evidence::told || !steps || count >= steps) return false;
  if (event.first_epoch && !current_->first_number) current_->first_number = event.first_epoch;
  const double before = position_of(*event.epoch);
  const auto epochs = event.total_epochs ? event.total_epochs : total_epochs();
  if (!epochs) return true;
  const double ended = event.kind == EventKind::epoch_end ? 1 : 0;
  const double done = (before + ended) / *epochs;
  return std::abs(*count / *steps - done) < 0.1;
}

/// "[ITER 7000] Evaluating …" beside a bar at 7000 of 30,000: the bar goes on, and the line has no total.
bool Tracker::names_present_step(const Event& event) const {
  return event.kind == EventKind::progress && event.scope == Scope::phase &&
         event.evidence == Evidence::stated && !event.total_work && current_ && current_->total_work &&
         current_->unit == event.unit.value_or(Unit::step) && current_->counter.count() == event.work;
}

/// A bar without a name is full, and a line says that an epoch is over: its steps were the epoch's.
bool Tracker::was_one_epoch() const {
  return current_->unit == Unit::step && current_->total_work && !current_->last_epoch &&
         current_->counter.count() >= current_->total_work;
}

Trust Tracker::trust() const {
  const bool over = !current_ && !phases_.empty();
  const bool counted =
      over ? phases_.back().work > 0 : current_ && (current_->counter.counted() || current_->open);
  Trust trust;
  if (counted || phases_.size() > 1) trust.evidence = evidence_;
  if (trust.evidence && total_is_guessed()) trust.evidence = Evidence::guessed;
  trust.total_known = over ? phases_.back().total_work.has_value() : current_ && total_count().has_value();
  trust.consistent = contradictions_ == 0 && !came_at_once() && !(current_ && current_->exceeded);
  trust.agrees_with_user = !disagreement_;
  const bool claims = current_ && current_->unit == Unit::epoch && current_->open &&
                      current_->open->claimed && total_epochs() != 1.0 &&
                      current_->steps_of_epoch == StepsOfEpoch::unproven;
  const bool were_wrong = claims && current_->wrong_steps;
  trust.settled = !were_wrong && !(current_ && current_->uneven);
  // How many steps an epoch has is known from one alone: they may have been of something before it.
  const bool from_one =
      current_ && current_->unit == Unit::step && !current_->total_work && !said_.steps && had_one_epoch();
  trust.steps_proven = !were_wrong && !(claims && !current_->last_epoch) && !from_one;
  trust.may_count_from_zero = current_ && current_->unit == Unit::epoch && current_->first_number_assumed &&
                              current_->counter.base().value_or(1) > 0;
  // Where the patience is as long as the training, it cannot run out before the end.
  const auto epochs = total_epochs();
  trust.total_is_maximum = (patience_ && !(epochs && *patience_ >= *epochs)) || may_run_out_of_steps();
  return trust;
}

/// "num_epochs=60 max_train_steps=100": not where steps are counted that reach the number, nor where the
/// epochs are known to have no more.
bool Tracker::may_run_out_of_steps() const {
  if (!most_steps_) return false;
  if (!current_) return might_run_out_of_steps_;
  if (current_->unit == Unit::step && current_->total_work) return *most_steps_ < *current_->total_work;
  const auto epochs = total_epochs();
  return !epochs || !current_->steps_per_epoch || *epochs * *current_->steps_per_epoch > *most_steps_;
}

bool Tracker::came_at_once() const {
  return simultaneous_epochs_ > 0 && 2 * simultaneous_epochs_ >= epochs_.size() - 1;
}

void Tracker::add_metric(const Event& event, Seconds at) {
  const bool of_round = current_ && current_->of_rounds;
  const auto epoch = event.epoch && !of_round ? event.epoch : current_epoch();
  metrics_.push_back({at, epoch, event.name, event.value});
  if (!epoch) return;
  if (current_ && current_->open && current_->open->number == epoch) {
    current_->open->metrics[event.name] = event.value;
    return;
  }
  constexpr std::size_t farthest = 64;
  // Another rank may have come further than the one whose progress counts.
  const bool is_early =
      current_ ? !current_->last_epoch || epochs_[*current_->last_epoch].index < *epoch : epochs_.empty();
  if (is_early) {
    auto& early = current_ ? current_->early_metrics : early_metrics_;
    if (early.size() < farthest || early.contains(*epoch)) early[*epoch][event.name] = event.value;
    return;
  }
  // Metrics on the line that ends an epoch come after its end and still belong to it; those of another rank
  // may come after several, and when the phase is over.
  const auto last = current_ ? *current_->last_epoch : epochs_.size() - 1;
  for (auto place = last; place < epochs_.size() && epochs_[place].phase == phases_.size() - 1; --place) {
    if (epochs_[place].index == *epoch) {
      epochs_[place].metrics[event.name] = event.value;
      return change_epoch(place);
    }
    if (epochs_[place].index < *epoch || last - place >= farthest) return;
  }
}

void Tracker::take(const Event& event) {
  if (!accept(event)) return;
  const auto at = since_start(event.time);
  if (is_within_a_round(event)) return;
  switch (event.kind) {
    case EventKind::prepare:
      if (untouched()) prepared_until_ = at;
      break;
    case EventKind::run_begin:
      if (untouched()) prepared_until_ = at;
      begin_told_ = begin_told_ || untouched();
      learn_totals(event);
      break;
    case EventKind::announce:
      learn_totals(event);
      break;
    case EventKind::phase_begin:
      take_phase(event, at);
      break;
    case EventKind::phase_end:
      leave_phase(at);
      end_phase(at);
      end_told_ = true;
      announced_ = {};
      announced_steps_per_epoch_.reset();
      break;
    case EventKind::round_begin:
      name_round(event, at);
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
      windows_.begin(event.name, at);
      break;
    case EventKind::window_end:
      windows_.end(event.name, at);
      break;
    case EventKind::may_end_early:
      if (event.total_work)
        most_steps_ = event.total_work;
      else
        patience_ = std::min(event.value, patience_.value_or(event.value));
      break;
    case EventKind::run_end:
      if (current_ && current_->open && current_->open->number) close_unfinished_epoch(at);
      break;
  }
  compare_with_user();
}

void Tracker::finish(SteadyTime time) {
  const auto at = since_start(time);
  if (named_round_) take_work(*std::exchange(named_round_, std::nullopt), at);
  if (current_ && current_->open && current_->open->number) {
    const auto& open = *current_->open;
    const bool full = open.share >= 1 || (open.last_step > 0 && open.steps >= open.last_step);
    close_unfinished_epoch(full ? advances_.last_time() : at);
  }
  if (current_ && current_->counts_parts) advance(named_part_->number, at);
  if (came_at_once()) forget_first_of_a_burst();
  end_phase(phases_.empty() ? at : phases_.back().span.end);
  windows_.end_all(at);
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
  return advances_.take();
}
std::vector<trace::MetricPoint> Tracker::take_metrics() {
  return std::exchange(metrics_, {});
}
std::vector<trace::Window> Tracker::take_windows() {
  return windows_.take_ended();
}

}  // namespace joulecast::progress
