#include "progress/bar_progress.hpp"

#include <cmath>
#include <utility>

#include "progress/lines/epoch_mention.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/step_mention.hpp"
#include "progress/metric_kind.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

constexpr double skipped_share = 0.1;

Unit unit_of(const Bar& bar) {
  static const Pattern samples(
      R"((?i)^ ?[kMGT]?(?:samples?|sp|img|imgs|images?|examples?|seqs?|sequences?)$)");
  static const Pattern tokens(R"((?i)^ ?[kMGT]?(?:tok|toks|tokens?)$)");
  if (samples.matches(bar.unit)) return Unit::sample;
  return tokens.matches(bar.unit) ? Unit::token : Unit::step;
}

void report_metrics(const Bar& bar, Report& report, std::optional<int> epoch = {}) {
  for (const auto part : {bar.title, bar.figures})
    for (const auto& [name, value] : find_metrics(part)) report.metric(name, value, epoch);
}

/// "epoch=1" among the figures: the bar goes on over the epochs.
std::optional<int> told_epoch(const Bar& bar) {
  static const Pattern figure(R"((?i)(?:^|[ ,|])epochs?[=:] ?(?P<epoch>\d+))");
  const auto match = figure.find(bar.figures);
  return match ? match->whole("epoch") : std::nullopt;
}

/// "epoch=1/100" among the figures of a bar without a name: its steps are that epoch's.
void name_epoch_of_figures(const Bar& bar, BarTitle& title) {
  static const Pattern figure(R"((?i)(?:^|[ ,|])epochs?[=:] ?(?P<epoch>\d+)/(?P<epochs>\d+)(?:[ ,|]|$))");
  if (!bar.title.empty()) return;
  const auto match = figure.find(bar.figures);
  const auto epoch = match ? match->whole("epoch") : std::nullopt;
  if (!epoch) return;
  title.kind = BarKind::epoch_steps;
  title.epoch = epoch;
  title.epochs = match->number("epochs");
}

bool tells_the_epoch(const Bar& bar) {
  return told_epoch(bar).has_value();
}

/// "val_loss=0.5" among the figures: each iteration has a validation, so it is an epoch.
bool tells_a_validation(const Bar& bar) {
  static const Pattern figure(
      R"((?i)(?:^|[ ,|])(?:val|valid|validation|test|dev|eval)[ _/-]?\w*[=: ] ?-?[\d.])");
  return figure.matches(bar.figures) || figure.matches(bar.title);
}

}  // namespace

void BarProgress::notice(const Line& line) {
  static const Pattern epoch(
      R"(^[\[(=\-*#> ]*(?:(?:end|start|train\w*|going into) )?epoch[ :#\[=]*(?P<epoch>\d+))");
  const auto match = epoch.find(line.lowered);
  if (!match) return;
  epoch_lines_ = true;
  epoch_bar_.reset();
  ++lines_beside_;
  line_epoch_ = match->number("epoch");
}

bool BarProgress::take_figures(const Line& line, Report& report) {
  static const Pattern of_all(R"(^\W*(?:final|best|overall|average|mean|done|finished|test results?)\b)");
  const bool behind_bar = !epoch_ && !epoch_lines_ && total_ && last_ >= *total_;
  if ((!behind_bar && (!epoch_ || !epoch_over_)) || of_all.matches(line.lowered)) return false;
  if (find_epoch(line.text) || find_step(line.text)) return false;
  const auto metrics = find_metrics(line.text);
  if (behind_bar) {
    if (!tell_a_validation(metrics)) return false;
    for (const auto& [name, value] : metrics) report.metric(name, value);
    return true;
  }
  const bool validated = are_of_a_validation(metrics);
  if (!validated && !tell_a_result(metrics)) return false;
  const bool may_be_of_all = !validated && epochs_ && *epoch_ >= *epochs_ && !late_results_are_regular_;
  if (may_be_of_all) return false;
  late_results_are_regular_ = true;
  report.epoch_ends(*epoch_, epochs_);
  for (const auto& [name, value] : metrics) report.metric(name, value, epoch_);
  return true;
}

/// Each step of the bar came with a line of the same epoch, which counts from 0 or 1.
bool BarProgress::moves_with_lines(const Bar& bar) const {
  return bar.done >= 1 && lines_beside_ == bar.done && line_epoch_ &&
         (*line_epoch_ == bar.done || *line_epoch_ == bar.done - 1);
}

void BarProgress::begin_part(const PartMention& part, Report& report) {
  if (part.key == part_) return;
  const bool epoch_lines = epoch_lines_;
  *this = BarProgress();
  epoch_lines_ = epoch_lines;
  part_ = part.key;
  report.phase_begins(part.name, part.part);
}

/// What is left of a title without the part of the training that it names.
std::string_view BarProgress::take_part(const Bar& bar, Report& report) {
  const auto part = find_part(bar.title);
  if (!part) return bar.title;
  begin_part(*part, report);
  return part->after;
}

void BarProgress::read(const Bar& whole, const Line& line, Report& report) {
  if (const auto part = part_of_bar(whole.title, whole.done, whole.total)) return begin_part(*part, report);
  if (part_of_bar(whole.title, 0, whole.total)) return;  // all are done
  auto bar = whole;
  bar.title = take_part(whole, report);
  auto title = read_bar_title(bar.title, bar.unit);
  name_epoch_of_figures(bar, title);
  if (title.kind == BarKind::evaluation) return read_evaluation(bar, title, report);
  if (title.kind == BarKind::preparation) return title.sure ? report.prepares() : void();
  if (bar.total && *bar.total <= 0) return;
  if (is_within_rounds(title)) return;
  if (names_epoch_it_counts(bar, title, line)) return read_bar_around_epochs(bar, title, line, report);
  around_others_ = counts_what_it_names_.value_or(false);
  switch (title.kind) {
    case BarKind::epochs:
      end_evaluation(report);
      return read_epochs(bar, report);
    case BarKind::epoch_steps:
      return title.epoch ? read_epoch_steps(bar, title, line, report) : read_inner(bar, report);
    default:
      if (line.below > 0 || (counts_epochs_ && (bar.title != title_ || bar.total != total_)))
        return read_inner(bar, report);
      return read_steps(bar, title, line, report);
  }
}

/// "Epoch 1 of 3:   0%|          | 0/3" around the bars of its steps: it counts the epochs, and names the one
/// that runs. Where each epoch has as many steps as there are epochs, a later step shows that it does not.
bool BarProgress::names_epoch_it_counts(const Bar& bar, const BarTitle& title, const Line& line) {
  if (title.kind != BarKind::epoch_steps || !title.epoch || !bar.total || title.epochs != bar.total ||
      line.below > 0)
    return false;
  const bool fits = bar.done == *title.epoch - 1 || bar.done == *title.epoch;
  if (!fits || !counts_what_it_names_) counts_what_it_names_ = fits && bar.done == 0 && !epoch_;
  return *counts_what_it_names_;
}

/// "Train epoch [1/2]" of an optimiser within "Episode [1/3]".
bool BarProgress::is_within_rounds(const BarTitle& title) {
  if (title.kind != BarKind::epoch_steps || !title.epoch) return false;
  rounds_ = rounds_ || title.of_rounds;
  return rounds_ && !title.of_rounds;
}

/// It tells nothing before another bar is drawn within it or it goes on with the second epoch, and only how
/// many there are where those within name the epochs themselves.
void BarProgress::read_bar_around_epochs(const Bar& bar, const BarTitle& title, const Line& line,
                                         Report& report) {
  const bool goes_on = bar.done >= 1 && *title.epoch >= 2;
  if (!around_others_ && !goes_on) {
    total_ = bar.total;
    if (bar.done == 1) first_epoch_over_ = line.time;
    return;
  }
  const auto over = std::exchange(first_epoch_over_, std::nullopt);
  if (over && !counts_epochs_ && bar.done == 1 && epochs_begun_ == 0) {
    report.printed_at(*over);
    return read_epochs(bar, report);
  }
  if (epochs_begun_ == 0) return read_epochs(bar, report);
  report.total_epochs(*bar.total);
}

void BarProgress::read_percent(const Bar& bar, Report& report) {
  const auto title = read_bar_title(bar.title, bar.unit);
  if (title.kind == BarKind::preparation) return title.sure ? report.prepares() : void();
  if (title.kind == BarKind::evaluation) return;
  if (title.epoch) return read_percent_of_epoch(bar, title, report);
  // Of several bars the one that is drawn first has the others within it.
  const bool within = percent_ && *percent_ < bar.total.value_or(100) && bar.title != percent_title_;
  if (within) return;
  if (epoch_) return read_percent_of_epochs(bar, report);
  const bool drawn_first = !percent_;
  if (drawn_first && bar.done == 0) percent_from_zero_ = true;
  percent_title_ = bar.title;
  percent_ = bar.done;
  report.guess();
  if (percent_from_zero_) report.work_counts_from(0);
  if (bar.done == 0) {  // a bar within it may tell more
    if (drawn_first) report.run_begins();
    return;
  }
  report.work_done(bar.done, bar.total, Unit::percent);
}

void BarProgress::read_percent_of_epoch(const Bar& bar, const BarTitle& title, Report& report) {
  if (!title.sure) report.guess();
  if (title.epoch != epoch_) {
    ++epochs_begun_;
    report.epoch_begins(*title.epoch, title.epochs);
  }
  epoch_ = title.epoch;
  report.epoch_steps(bar.done, 100, epoch_);
  if (bar.full()) report.epoch_ends(*title.epoch, title.epochs);
}

/// The bar around those of the epochs moves with each that ends: 17 % after one are six.
void BarProgress::read_percent_of_epochs(const Bar& bar, Report& report) {
  constexpr double rounding = 0.5;
  if (bar.done <= percent_.value_or(0)) return;
  percent_ = bar.done;
  const double least = std::ceil(100 * epochs_begun_ / (bar.done + rounding));
  const double most = std::floor(100 * epochs_begun_ / (bar.done - rounding));
  if (least == most && bar.done < 100) report.total_epochs(least);
}

void BarProgress::read_epochs(const Bar& bar, Report& report) {
  counts_epochs_ = true;
  title_ = bar.title;
  total_ = bar.total;
  report_epochs(bar, report);
}

/// Most programs set the figures before the bar moves on: those beside the old count are of the epoch that
/// runs. Where the bar's first move shows none they are set after it.
void BarProgress::report_epochs(const Bar& bar, Report& report) {
  const bool moved = !epochs_done_ || *epochs_done_ != bar.done;
  if (!epochs_done_ && bar.fresh && bar.done > 0) report.work_counts_from(bar.done);
  if (moved && bar.done > 0 && epochs_done_.value_or(0) == 0) figures_first_ = !bar.figures.empty();
  if (moved) report.epochs_done(bar.done, bar.total);
  epochs_done_ = bar.done;
  const bool finished = bar.done > 0 && (moved || !figures_first_ || bar.full());
  if (!moved || figures_first_ || !finished)
    report_metrics(bar, report, static_cast<int>(bar.done) + (finished ? 0 : 1));
}

void BarProgress::read_epoch_steps(const Bar& bar, const BarTitle& title, const Line& line, Report& report) {
  if (!title.sure) report.guess();
  const bool anew = bar.done < done_ && epoch_over_ && bar.total == steps_;
  if (title.epoch != epoch_ || anew) {
    end_evaluation(report);
    ++epochs_begun_;
    // One bar over all epochs, named after the one that runs.
    const bool goes_on = !epoch_over_ && bar.total == steps_ && done_ > steps_before_ && bar.done >= done_;
    steps_per_epoch_ = epoch_ && goes_on ? std::optional{done_ - steps_before_} : std::nullopt;
    steps_before_ = goes_on ? done_ : 0;
    epoch_ = title.epoch;
    epochs_ = title.epochs;
    steps_ = bar.total;
    epoch_over_ = false;
    report.epoch_begins(*title.epoch, title.epochs);
  }
  if (epoch_over_ && bar.total != steps_) {
    // A second bar of the epoch: its validation, without saying so.
    if (bar.full()) report.epoch_ends(*epoch_, title.epochs);
    return;
  }
  done_ = bar.done;
  if (steps_per_epoch_)
    report.epoch_steps(bar.done - steps_before_, steps_per_epoch_, epoch_);
  else
    report.epoch_steps(bar.done, bar.total, epoch_);
  report_metrics(bar, report, epoch_);
  if (bar.full() || (!bar.total && line.ended && bar.done > 0)) {
    epoch_over_ = true;
    report.epoch_ends(*epoch_, title.epochs);
  }
}

void BarProgress::read_inner(const Bar& bar, Report& report) {
  // Below a bar that has moved on without an inner one: an evaluation between its steps.
  if (!counts_epochs_ && last_ > 0) return;
  if (!counts_epochs_ && total_ && !of_an_epoch_) {
    counts_epochs_ = of_epochs_ = true;
    report.epochs_done(last_, total_);
  }
  if (epoch_ && epoch_over_) return;
  report.epoch_steps(bar.done, bar.total);
  report_metrics(bar, report);
}

/// "Training: 20%|██ | 1/5" around bars that name their epochs: it moves with each.
bool BarProgress::is_around_epochs(const Bar& bar) {
  if (epochs_begun_ == 0 && bar.done == 0 && bar.total)
    around_ = std::pair{std::string(bar.title), *bar.total};
  return epochs_begun_ > 0 && around_ && around_->first == bar.title && around_->second == bar.total;
}

/// Where lines tell the epochs, the first bar after one is the epoch's. Another one, once that is full, is of
/// its evaluation.
bool BarProgress::is_behind_epoch_bar(const Bar& bar) {
  if (!epoch_lines_ || !bar.total) return false;
  if (!epoch_bar_) epoch_bar_ = {std::string(bar.title), *bar.total, false};
  const bool same = epoch_bar_->title == bar.title && epoch_bar_->total == *bar.total;
  if (same) epoch_bar_->full = bar.full();
  return !same && epoch_bar_->full;
}

/// A bar stands at 0 while another without a name is filled: that is an evaluation before the first step.
/// Where it is filled again, the first one was of something else.
bool BarProgress::comes_before_first_step(const Bar& bar, const Line& line) {
  constexpr Seconds longest{30};  // what lasts longer is heard: the first bar may have been erased
  if (bar.total == unmoved_ || !unmoved_) {
    unmoved_ = bar.done == 0 ? bar.total : std::nullopt;
    filled_beside_ = false;
    unmoved_since_ = line.time;
    return false;
  }
  if ((bar.done == 0 && filled_beside_) || line.time - unmoved_since_ > longest) {
    unmoved_.reset();
    return false;
  }
  filled_beside_ = filled_beside_ || bar.full();
  return true;
}

/// Of bars without a name one may be for the data, one for the training, one for its evaluation. What takes
/// less time than the one before says nothing of the training's end.
bool BarProgress::may_be_beside_training(const Bar& bar, const Line& line) {
  if (!bar.title.empty() || !bar.total) return false;
  if (comes_before_first_step(bar, line)) return true;
  if (!bare_ || bare_->total != *bar.total) {
    const auto before = bare_ && bare_->full ? std::optional{bare_->last - bare_->begin} : std::nullopt;
    bare_ = BareBar{*bar.total, line.time, line.time, before};
  }
  bare_->last = line.time;
  bare_->full = bar.full();
  // One of as many steps as the training had is the training's again.
  const bool lasts = bare_->shorter_than && line.time - bare_->begin > *bare_->shorter_than;
  if (lasts || (total_ == bar.total && title_.empty())) bare_->shorter_than.reset();
  return bare_->shorter_than.has_value();
}

void BarProgress::read_steps(const Bar& bar, const BarTitle& title, const Line& line, Report& report) {
  if (bar.fresh && bar.full()) return;  // it was full when it was drawn first: nothing was done
  if (is_behind_epoch_bar(bar)) {
    if (!bar.full() && !std::exchange(evaluating_, true)) report.window_begins("validation");
    return bar.full() ? end_evaluation(report) : void();
  }
  if (!epoch_lines_ && !tells_the_epoch(bar) && may_be_beside_training(bar, line)) return;
  if (is_around_epochs(bar)) {
    if (bar.done == epochs_begun_) report.total_epochs(*bar.total);
    return;
  }
  if (!total_ || bar.title != title_ || bar.total != total_ || bar.done < last_) {
    of_an_epoch_ = epoch_lines_;
    if (bar.title != title_) of_epochs_ = false;
    title_ = bar.title;
    total_ = bar.total;
    lines_beside_ = 0;
    from_.reset();
    if (bar.done == 0 || bar.fresh) from_ = bar.done;
  }
  // A first move over much of the bar may have skipped what an earlier run had done.
  if (last_ == 0 && bar.done > skipped_share * bar.total.value_or(0) && !bar.fresh) from_.reset();
  if (const auto from = skipped_.note(bar.done, bar.total, line.time)) from_ = from;
  if (from_) report.work_counts_from(*from_);
  const double before = std::exchange(last_, bar.done);
  const bool all_steps = !of_an_epoch_ && tells_the_epoch(bar);
  if (title.kind != BarKind::steps && !all_steps && tells_a_validation(bar)) of_epochs_ = true;
  if (!of_an_epoch_ && title.kind != BarKind::steps && moves_with_lines(bar))
    counts_epochs_ = of_epochs_ = true;
  // A bar that begins again with each epoch may show its number, too.
  if (all_steps)
    is_over_epochs_ =
        is_over_epochs_ || (figures_epoch_ && *figures_epoch_ != told_epoch(bar) && bar.done > before);
  if (all_steps) figures_epoch_ = told_epoch(bar);
  const bool sure = all_steps && (is_over_epochs_ || title.kind == BarKind::steps);
  if (!of_an_epoch_ && !sure && !counts_epochs_) report.guess();
  if (of_epochs_ && bar.done > 0) return report_epochs(bar, report);
  report_metrics(bar, report);
  if (of_an_epoch_) return report.epoch_steps(bar.done, bar.total);
  // It may count epochs or steps. Its figures or a bar below it may tell that before it moves.
  if (bar.done == 0 && title.kind != BarKind::steps && !all_steps) return report.run_begins();
  report.work_done(bar.done, bar.total, unit_of(bar));
}

void BarProgress::read_evaluation(const Bar& bar, const BarTitle& title, Report& report) {
  if (bar.full()) {
    if (epoch_over_ && epoch_ && title.epoch == epoch_) report.epoch_ends(*epoch_);
    return end_evaluation(report);
  }
  if (!evaluating_) report.window_begins("validation");
  evaluating_ = true;
}

void BarProgress::end_evaluation(Report& report) {
  if (evaluating_) report.window_ends("validation");
  evaluating_ = false;
}

}  // namespace joulecast::progress
