#include "progress/loop_steps.hpp"

#include <utility>

#include "base/text.hpp"
#include "progress/lines/epoch_mention.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {

bool LoopSteps::read_round_with_epochs(const Line& line, Report& report) {
  static const Pattern nested(
      R"((?i)^\W*(?:(?:fl|federated|global|communication|server)[\s_-]+)?round[\s:=#\[(]*(?P<done>\d+)(?:\s*(?:/|of)\s*(?P<total>\d+))?\b.*\bep(?:och)?[ :=#]*(?P<epoch>\d+))");
  if (line.lowered.find("round") == std::string::npos) return false;
  const auto match = nested.find(line.text);
  const auto done = match ? match->number("done") : std::nullopt;
  if (!done) return false;
  if (!match->number("total")) {
    if (!rounds_have_headings_) report.round_begins(*done);
    report.epoch_ends(match->whole("epoch").value_or(0));
  } else if (*done > 1) {
    report.work_done(*done - 1, match->number("total"), Unit::round);
  }
  for (const auto& [name, value] : find_metrics(line.text)) report.metric(name, value);
  return true;
}

void LoopSteps::note_epoch() {
  if (std::exchange(named_since_epoch_, 0) > 1) iterations_are_steps_ = true;
}

bool LoopSteps::read(const Line& line, Report& report) {
  static const Pattern bar(R"(\d%\||━|█|\d+:\d\d<)");
  const auto step = find_step(line.text);
  if (!step || bar.matches(line.text)) return false;
  const auto metrics = find_metrics(line.text);
  const bool figures = !metrics.empty() || has_figure(step->after);
  if (step->plural && !step->total && metrics.empty()) return false;
  if (!counts_work(*step, figures, line.text.starts_with('['))) {
    if (!begins_a_round(*step)) return false;
    name_round(*step, Unit::round, report);
    return true;
  }
  if (epochs_.take_bare(*step, metrics, report)) return true;
  if (is_within_heading(*step)) {
    report.epoch_steps(step->done, step->total);
    for (const auto& [name, value] : metrics) report.metric(name, value);
    return true;
  }
  if (step->word == StepMention::Word::round && metrics.empty() && begins_a_round(*step)) {
    name_round(*step, Unit::round, report);
    return true;
  }
  read_count(*step, figures, names_iteration(line.text), report);
  for (const auto& [name, value] : metrics) report.metric(name, value);
  return true;
}

void LoopSteps::name_round(const StepMention& step, Unit unit, Report& report) {
  rounds_have_headings_ = true;
  heading_ = to_lower(step.noun);
  report.round_begins(step.done, step.total, unit);
}

/// "=== Iteration 3 of 12 ===", then "rollout 1/8": a count of something else, which begins again in each.
bool LoopSteps::is_within_heading(const StepMention& step) const {
  return !heading_.empty() && step.total && !step.of_run && !step.noun.empty() &&
         to_lower(step.noun) != heading_ && !epochs_.epoch();
}

void LoopSteps::read_count(const StepMention& step, bool figures, bool iteration, Report& report) {
  have_a_total_ = have_a_total_ || (step.total && step.word == StepMention::Word::step);
  switch (step.word) {
    case StepMention::Word::step:
      // "Batch 10/50" without an epoch may be of each of several.
      if (step.total && !step.of_run && !epochs_.epoch() &&
          to_lower(step.noun).find("batch") != std::string::npos)
        report.guess();
      rounds_named_ = rounds_named_ || (!figures && !epochs_.epoch() && iteration);
      if (!rounds_named_ || iterations_are_steps_ || figures || !iteration)
        return epochs_.take_step_alone(step, report);
      ++named_since_epoch_;
      heading_ = to_lower(step.noun);
      return report.round_begins(step.done, step.total, Unit::step);
    case StepMention::Word::amount:
      return epochs_.take_step_alone(step, report);
    case StepMention::Word::episode:
    case StepMention::Word::round:
      if (figures) return report.work_done(step.done, step.total, Unit::round);
      return name_round(step, Unit::round, report);
    case StepMention::Word::none:
      report.guess();
      if (epochs_.is_open()) return report.epoch_steps(step.done, step.total);
      return report.work_done(step.done, step.total);
    case StepMention::Word::percent:
      report.guess();
      return report.work_done(step.done, 100, Unit::percent);
    case StepMention::Word::bracket:
      break;
  }
}

}  // namespace joulecast::progress
