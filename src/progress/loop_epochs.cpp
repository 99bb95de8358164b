#include "progress/loop_epochs.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>

#include "progress/lines/pattern.hpp"
#include "progress/metric_kind.hpp"

namespace joulecast::progress {
namespace {

/// A bare count of more is one of steps.
constexpr double most_epochs = 1000;

bool is_round(double count) {
  return std::fmod(count, 5) == 0;
}

/// "step 20/100, epoch 1/5": the steps of the run have come as far as the epochs at its end.
bool is_at_its_end(int epoch, const StepMention& step, std::optional<double> epochs) {
  return epochs && step.total && step.done * *epochs == *step.total * epoch;
}

}  // namespace

void LoopEpochs::restart() {
  epoch_.reset();
  headed_.reset();
  lined_epoch_.reset();
  stepping_epoch_.reset();
  last_step_.reset();
  goes_on_.reset();
  steps_before_ = 0;
  zero_total_.reset();
  from_zero_ = false;
  steps_before_epochs_ = StepsBefore::unknown;
  one_line_since_.reset();
  lines_end_ = false;
  run_on_ = false;
}

/// Where counting began at 0, "0/4" may be the first of four or of five: it is of five if the number itself
/// is the last one's. That is sure once 4/4 came.
std::optional<double> LoopEpochs::count_of(int epoch, std::optional<double> total,
                                           const std::optional<StepMention>& step, Report& report) {
  if (!epoch_ && epoch > 0 && checkpoint_ == epoch) from_zero_ = true;
  if (from_zero_) report.epochs_count_from(0);
  if (!total) return std::nullopt;
  if (epoch == 0 && zero_total_ != total) {
    zero_total_ = total;
    // "[Epoch 0/3] [Batch 0/20]": what is behind the bar is a count there, and so it is here.
    counts_behind_bar_ = step && step->total && step->done == 0;
  }
  if ((zero_total_ != total && !from_zero_) || counts_behind_bar_) return total;
  if (epoch == *total) return *total + 1;
  // "Epoch 0/4 Step 10/60" may be the first of four: behind its steps stands how many there are.
  const bool few_beside_steps = step && step->total && *total + 1 <= 5;
  if (!from_zero_ && is_round(*total + 1) && !few_beside_steps) return *total + 1;
  auto doubtful = report;
  doubtful.guess();
  doubtful.total_epochs(from_zero_ || is_round(*total) ? *total : *total + 1);
  return std::nullopt;
}

void LoopEpochs::begin(int epoch, std::optional<double> total, Report& report) {
  report.epoch_begins(epoch, total);
  epoch_ = epoch;
  open_ = true;
}

/// Between the heading and the figures beneath it nothing was done, and between those and the next heading
/// an epoch's work.
bool LoopEpochs::came_with_its_figures(int next, SteadyTime time) const {
  constexpr Seconds moment{0.05};
  constexpr double much = 10;
  if (!figures_at_ || !headed_ || epoch_ != headed_ || next != *headed_ + 1) return false;
  const auto beneath = *figures_at_ - headed_at_;
  return beneath < moment && beneath * much < time - *figures_at_;
}

void LoopEpochs::head(int epoch, std::optional<double> total, SteadyTime time, Report& report) {
  if (!headings_end_ && came_with_its_figures(epoch, time)) {
    headings_end_ = true;
    report.epoch_was_headed_at_its_end(*epoch_, total, *figures_at_);
  }
  headed_ = epoch;
  headed_at_ = time;
  figures_at_.reset();
  if (headings_end_)
    end(epoch, total, report);
  else
    begin(epoch, total, report);
}

void LoopEpochs::end(int epoch, std::optional<double> total, Report& report) {
  report.epoch_ends(epoch, total);
  if (epoch_ != epoch || open_) {
    ++ended_;
    if (tested_) tests_are_regular_ = true;
    tested_ = false;
  }
  epoch_ = epoch;
  total_ = total;
  open_ = false;
  ended_by_steps_ = false;
}

void LoopEpochs::end_with_figures(int epoch, std::optional<double> total,
                                  const std::vector<MetricText>& metrics, SteadyTime time, Report& report) {
  constexpr int enough = 3;
  std::vector<std::string> named;
  for (const auto& [name, value] : metrics) named.push_back(name);
  const bool alike = named == named_ && !named.empty();
  if (take_line_of_several(epoch, alike || !lined_epoch_, total, time, report)) return;
  const bool again = epoch_ == epoch && !open_;
  if (again && named == named_ && with_one_line_ >= enough && !have_lines_) {
    report.phase_begins("");
    restart();
  } else if (again) {
    have_lines_ = true;
  }
  ++with_one_line_;
  named_ = std::move(named);
  end(epoch, total, report);
}

/// Where the epoch before had several lines alike, the last of them ends this one. False where it had not;
/// two may be its training and its validation, which do not take the same time. Those that came in one moment
/// are one, from several ranks.
bool LoopEpochs::take_line_of_several(int epoch, bool alike, std::optional<double> total, SteadyTime time,
                                      Report& report) {
  constexpr Seconds moment{0.05};
  constexpr double little = 0.02;
  constexpr double least_spread = 0.2;  // ranks print their lines at once, and then nothing for long
  constexpr int several = 3;
  const auto since = lined_epoch_ ? time - lined_at_ : Seconds{0};
  const bool spread = lined_epoch_ && lined_at_ - lined_first_ >= since * least_spread;
  lined_at_ = time;
  if (epoch == lined_epoch_ && since < std::max(moment, pause_ * little)) return usual_lines_ >= several;
  if (epoch != lined_epoch_) pause_ = since;
  if (epoch != lined_epoch_) {
    usual_lines_ = lined_epoch_ && epoch == *lined_epoch_ + 1 && lines_alike_ && spread ? lines_ : 1;
    lines_ = 0;
    lined_first_ = time;
    lines_alike_ = true;
  }
  lined_epoch_ = epoch;
  ++lines_;
  lines_alike_ = lines_alike_ && alike;
  if (usual_lines_ < several || lines_ > usual_lines_ || !alike) return false;
  if (epoch_ != epoch) begin(epoch, total, report);
  report.epoch_steps(lines_, usual_lines_, epoch);
  if (lines_ == usual_lines_) end(epoch, total, report);
  return true;
}

/// Steps mostly begin again with each epoch. Where they do not, they are the whole training's.
void LoopEpochs::take_step(int epoch, const StepMention& step, std::optional<double> total,
                           const std::vector<MetricText>& metrics, Report& report) {
  if (!step.total && !open_ && !step_is_within_ && tell_a_validation(metrics))
    return take_step_before(epoch, step, total, metrics, report);
  if (counts_from_zero(epoch, step, metrics)) {
    auto counted = step;
    ++counted.done;
    return take_counted_step(epoch, counted, total, metrics, report);
  }
  if (ends_with_steps_of_run(epoch, step, total, metrics, report)) return;
  take_counted_step(epoch, step, total, metrics, report);
}

/// "Epoch 1/5: loss 0.5, step 500", then "Epoch 2/5: loss 0.4, step 1000": a line at each epoch's end, with
/// the steps of all epochs so far. The second one shows it.
bool LoopEpochs::ends_with_steps_of_run(int epoch, const StepMention& step, std::optional<double> total,
                                        const std::vector<MetricText>& metrics, Report& report) {
  const bool first = !epoch_ && !step.total && !metrics.empty();
  const bool next = one_line_since_ && stepping_epoch_ && epoch == *stepping_epoch_ + 1 && last_step_;
  const double steps = next ? step.done - *last_step_ : 0;
  const auto is_end = [&](double done) {
    return done == steps * *stepping_epoch_ || done == steps * (*stepping_epoch_ + 1);
  };
  const bool ends = next && steps > 1 && (lines_end_ || is_end(*last_step_) || is_end(*last_step_ + 1));
  if (first) one_line_since_ = report.time();
  if (!first && !ends) one_line_since_.reset();
  if (!ends) return false;
  if (!lines_end_) report.epoch_was_headed_at_its_end(*stepping_epoch_, total, *one_line_since_);
  lines_end_ = true;
  end(epoch, total, report);
  stepping_epoch_ = epoch;
  last_step_ = step.done;
  return true;
}

/// A first step 0 that has figures is done: the last one of 20 is 19.
bool LoopEpochs::counts_from_zero(int epoch, const StepMention& step,
                                  const std::vector<MetricText>& metrics) {
  if (!step.total || step.done >= *step.total) return steps_from_zero_ = false;
  if (stepping_epoch_ != epoch && step.done == 0) steps_from_zero_ = !metrics.empty();
  return steps_from_zero_;
}

void LoopEpochs::take_counted_step(int epoch, const StepMention& step, std::optional<double> total,
                                   const std::vector<MetricText>& metrics, Report& report) {
  headed_.reset();  // it has begun, and not ended
  follow_steps(epoch, step.done);
  const bool repeated = stepping_epoch_ == epoch && last_step_ == step.done;
  // A validation between its steps did not end it: it lasts until now.
  if (epoch_ == epoch && !open_ && !ended_by_steps_ && stepping_epoch_ == epoch && step.done > *last_step_)
    report.epoch_ends(epoch, total);
  if (epoch_ != epoch) begin(epoch, total, report);
  stepping_epoch_ = epoch;
  last_step_ = step.done;
  if (goes_on_.value_or(false)) {
    // "Step 100/200 | Epoch 1" after "Step 90/200 | Epoch 0": so many are the whole run's.
    auto doubtful = report;
    doubtful.guess();
    if (step.total && step.total == step_total_ && !total && steps_per_epoch_.value_or(0) > 0)
      doubtful.total_epochs(*step.total / *steps_per_epoch_);
    report.epoch_steps(step.done - steps_before_, steps_per_epoch_, epoch);
  } else {
    report.epoch_steps(step.done, step.total, epoch);
  }
  step_total_ = step.total;
  const bool only_validation = !metrics.empty() && !are_of_the_training(metrics);
  const bool complete = step.total && step.done >= *step.total && !goes_on_.value_or(false);
  if (!complete && !(only_validation && repeated)) return;
  end(epoch, total, report);
  ended_by_steps_ = complete;
}

/// The epoch is a mark on the steps. Where epochs were named before without them, they are what is counted.
void LoopEpochs::take_step_of_run(int epoch, const StepMention& step, std::optional<double> total,
                                  Report& report) {
  if (!epoch_) steps_of_run_ = true;
  if (!steps_of_run_) return take_step(epoch, step, total, {}, report);
  report.work_done(step.done, step.total);
  if (epoch_ != epoch) begin(epoch, total, report);
  if (is_at_its_end(epoch, step, total)) end(epoch, total, report);
}

/// "Step 20/500 | Epoch 1": of the whole run or of that epoch? Until the second epoch shows whether the steps
/// go on or begin again, only those that are done are told.
bool LoopEpochs::take_step_that_may_be_of_run(int epoch, const StepMention& step, std::optional<double> total,
                                              Report& report) {
  using enum StepsBefore;
  static const Pattern of_that_epoch(R"((?i)^[\s\])]*(?:of|in)\W*$)");
  const bool is_batch = step.noun.empty() || std::tolower(step.noun.front()) == 'b';
  if (!step.total || total || is_batch || of_that_epoch.matches(step.after)) return false;
  if (steps_before_epochs_ == unknown) steps_before_epochs_ = epoch_ ? of_epoch_alone : undecided;
  if (steps_before_epochs_ == of_epoch_alone) return false;
  if (stepping_epoch_ && epoch > *stepping_epoch_ && last_step_) {
    const bool goes_on = step.done > *last_step_;
    if (steps_before_epochs_ == undecided) steps_before_epochs_ = goes_on ? of_run : of_epoch;
    if (steps_before_epochs_ == of_epoch) {
      steps_before_ += *step.total * (epoch - *stepping_epoch_);
      report.steps_per_epoch(*step.total);
    }
  }
  report.work_done(steps_before_ + step.done,
                   steps_before_epochs_ == of_run ? step.total : std::optional<double>{});
  if (epoch_ != epoch) begin(epoch, total, report);
  stepping_epoch_ = epoch;
  last_step_ = step.done;
  return true;
}

/// Once a second line names the same epoch it is known that such lines do not end it. The first epoch, whose
/// first line seemed to, then lasts until its last line.
void LoopEpochs::take_step_before(int epoch, const StepMention& step, std::optional<double> total,
                                  const std::vector<MetricText>& metrics, Report& report) {
  if (take_step_that_may_be_of_run(epoch, step, total, report)) return;
  const bool first = !epoch_ && step.done <= 1;
  const bool ends = epoch_ != epoch && is_at_its_end(epoch, step, total);
  if ((step.total && !ends) || first) step_is_within_ = true;
  const bool ended = (epoch_ == epoch && !open_) || ends;
  if (ended && stepping_epoch_ == epoch && last_step_ && step.done > *last_step_) step_is_within_ = true;
  if (step_is_within_.value_or(false) && !ended) return take_step(epoch, step, total, metrics, report);
  stepping_epoch_ = epoch;
  last_step_ = step.done;
  end(epoch, total, report);
}

void LoopEpochs::take_step_alone(const StepMention& step, Report& report) {
  headed_.reset();
  // Steps that were told before the first epoch ended, and go on after it, are the run's.
  if (!open_ && epoch_ && !stepping_epoch_ && last_step_) run_on_ = step.done > *last_step_;
  follow_steps(epoch_, step.done);
  stepping_epoch_ = epoch_;
  last_step_ = step.done;
  step_total_ = step.total;
  if (!epoch_ || (run_on_ && !open_))
    report.work_done(step.done, step.total, step.unit);
  else if (open_ && goes_on_.value_or(false))
    report.epoch_steps(step.done - steps_before_, steps_per_epoch_, epoch_);
  else if (open_)
    report.epoch_steps(step.done, step.total, epoch_);
  else if (!goes_on_.value_or(false))
    report.epoch_steps(step.done, step.total);  // of the one after it
}

/// Where steps go on, those of this epoch are counted from the last one's.
void LoopEpochs::follow_steps(std::optional<int> epoch, double done) {
  if (!epoch || !stepping_epoch_ || *epoch <= *stepping_epoch_ || !last_step_) return;
  goes_on_ = done > *last_step_;
  if (!*goes_on_) return;
  steps_per_epoch_ = (*last_step_ - steps_before_) / (*epoch - *stepping_epoch_);
  steps_before_ = *last_step_;
}

/// "[3/90][100/500] …" has an epoch and its steps. "[3/90] …" is an epoch's if it tells of a validation.
bool LoopEpochs::take_bare(const StepMention& count, const std::vector<MetricText>& metrics, Report& report) {
  const bool bracket = count.word == StepMention::Word::bracket;
  const bool validated = count.done >= 1 && tell_a_validation(metrics);
  if (!bracket && (count.word != StepMention::Word::none || !validated || *count.total >= most_epochs))
    return false;
  const int epoch = static_cast<int>(std::min(count.done, 1e9));
  const auto step = find_step_of_epoch(count.after);
  std::optional<int> of = epoch;
  if (bracket && step && step->total) {
    // "[0/5][5/20]": who writes both with their counts means five.
    const bool counted = count.done < *count.total && is_round(*count.total);
    take_step(epoch, *step, counted ? count.total : count_of(epoch, count.total, step, report), metrics,
              report);
  } else if (validated) {
    if (!bracket) report.guess();
    end(epoch, count.total, report);
  } else {
    // Epochs are printed one by one, steps at intervals; nobody prints thousands of epochs.
    if (!brackets_are_epochs_) brackets_are_epochs_ = count.done <= 1 && *count.total < most_epochs;
    if (!brackets_are_sure_) report.guess();
    bracket_ = epoch < *count.total ? std::optional{epoch} : std::nullopt;
    if (*brackets_are_epochs_)
      end(epoch, count_of(epoch, count.total, {}, report), report);
    else
      report.work_done(count.done, count.total);
    if (!*brackets_are_epochs_) of.reset();
  }
  for (const auto& [name, value] : metrics) report.metric(name, value, of);
  return true;
}

void LoopEpochs::note_figures(SteadyTime time) {
  if (headed_) figures_at_ = time;
}

/// "mAP: 0.41" after the last batch of an epoch. What comes after the last epoch of all may be of the whole
/// training, unless each epoch had such figures.
bool LoopEpochs::comes_after_its_steps(const std::vector<MetricText>& metrics) const {
  if (open_ || !ended_by_steps_ || are_of_a_test(metrics) || !tell_a_result(metrics)) return false;
  return late_results_are_regular_ || !total_ || *epoch_ < *total_;
}

bool LoopEpochs::take_figures(const std::vector<MetricText>& metrics, SteadyTime time, Report& report) {
  if (!epoch_ || !tell_of_now(metrics)) return false;
  const bool validated = are_of_a_validation(metrics);
  const bool tested = are_of_a_test(metrics);
  const bool late = comes_after_its_steps(metrics);
  if (tell_a_result(metrics)) note_figures(time);
  const bool beneath_heading = headings_end_ && headed_ == epoch_;
  if (!open_ && !validated && !tested && !beneath_heading && !late) return false;
  // A test after the last epoch is of the whole training, unless each epoch had one.
  if (!open_ && tested && !validated && ended_ > 1 && !tests_are_regular_) return true;
  tested_ = tested_ || tested;
  late_results_are_regular_ = late_results_are_regular_ || late;
  // Steps are not validated one by one before the last.
  if (validated && bracket_ == epoch_) brackets_are_sure_ = true;
  if (validated || tested || late) {
    report.epoch_ends(*epoch_);
    if (open_) ++ended_;
    open_ = false;
  }
  for (const auto& [name, value] : metrics) report.metric(name, value, epoch_);
  return true;
}

}  // namespace joulecast::progress
