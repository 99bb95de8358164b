// Loops that somebody wrote, in their many wordings.
//
//   Epoch 3/90, loss: 0.31          epoch 3 loss 0.31       [Epoch 3] …        a result: the epoch is over
//   ===== Epoch 3 =====             Starting epoch 3        Epoch 3 of 4:      a heading: it begins
//   Epoch [3/90], Step [100/500]    epoch=3, step=100, …                       within it
//   Iteration 25 of 500, loss …     step 100 | loss 0.3     25/300 loss 0.3    without epochs
//   Fold 2/5                        === Fine-tuning ===                        counting begins again
//
// find_epoch() and find_step() tell the numbers; here it is decided what a line means beside those before it.
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "progress/format.hpp"
#include "progress/lines/epoch_mention.hpp"
#include "progress/lines/part_mention.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/step_mention.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

using Metrics = std::vector<MetricText>;

constexpr std::size_t longest_line = 1000;

bool is_of_validation(const std::string& name) {
  static const Pattern set(R"((?i)^(?:val|eval|dev)[a-z]*(?:$|[_/. -]))");
  return set.matches(name);
}
bool is_of_test(const std::string& name) {
  static const Pattern set(R"((?i)^test(?:ing)?(?:$|[_/. -]))");
  return set.matches(name);
}
bool is_of_training(const std::string& name) {
  return !is_of_validation(name) && !is_of_test(name) && !name.starts_with("best");
}

template <class Test>
bool any_name(const Metrics& metrics, Test test) {
  for (const auto& metric : metrics)
    if (test(metric.name)) return true;
  return false;
}

bool is_settings(const Line& line) {
  static const Pattern settings(
      R"(^(?:\W*(?:args|arguments|config\w*|options|hyper-?param\w*|settings|hparams|parameters)\b)|namespace\()");
  return settings.matches(line.lowered);
}

class Loop final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    if (line.text.size() > longest_line || is_settings(line)) return false;
    if (const auto heading = find_heading(line.text)) return begin_phase(*heading, report);
    const auto part = find_part(line.text);
    if (!part || !counts_within(part->after)) {
      if (const auto behind = find_part_behind_epoch(line.text)) begin_part(*behind, report);
      return read_line(line, report);
    }
    begin_part(*part, report);
    Line rest = line;
    rest.text = part->after;
    rest.lowered = to_lower(rest.text);
    tagged_ = true;
    const bool read = read_line(rest, report);
    tagged_ = false;
    return read;
  }

 private:
  /// "Fold 2 | Epoch 3 …": what follows the part is within it.
  static bool counts_within(std::string_view text) {
    if (const auto epoch = find_epoch(text)) return epoch->kind == EpochMention::Kind::progress;
    const auto step = find_step(text);
    return step && step->total;
  }

  /// "Epoch 3/10 (fold 2/5) …"
  static std::optional<PartMention> find_part_behind_epoch(std::string_view text) {
    static const Pattern part(
        R"((?i)^\W*ep(?:och)?[ :#=\[(]*\d+[^a-z]{0,12}[\[(,|-] ?(?P<part>(?:fold|split|trial|seed|run)\b.*))");
    const auto match = part.find(text);
    return match ? find_part(match->text("part")) : std::nullopt;
  }

  bool read_line(const Line& line, Report& report) {
    if (read_totals(line, report) || read_start(line, report)) return true;
    if (read_round_with_epochs(line, report)) return true;
    if (line.lowered.find("ep") != std::string::npos) {
      if (const auto mention = find_epoch(line.text)) {
        if (mention->kind == EpochMention::Kind::progress) read_epoch(*mention, line, report);
        return true;
      }
    }
    return read_step(line, report) || read_figures(line, report);
  }

  bool begin_phase(const std::string& heading, Report& report) {
    const auto part = find_part(heading);
    const auto key = part ? part->key : heading;
    if (key == phase_) return true;  // another rank's
    begin(key, heading, part_of_heading(heading), report);
    return true;
  }

  /// Parts that run at the same time take turns in the output: then they are no phases.
  void begin_part(const PartMention& part, Report& report) {
    if (part.key == phase_ || parts_take_turns_) return;
    parts_take_turns_ = !parts_.insert(part.key).second;
    if (!parts_take_turns_) begin(part.key, part.name, part.part, report);
  }

  /// "Warmup epoch 3/3", then "Epoch 4/10": the warm-up is over.
  void leave_tagged_part(const EpochMention& mention, Report& report) {
    if (tagged_) {
      tagged_total_ = mention.total;
    } else if (tagged_total_ && mention.total && *tagged_total_ != mention.total) {
      tagged_total_.reset();
      begin("", "", {}, report);
    }
  }

  void begin(const std::string& key, const std::string& name, std::optional<Part> part, Report& report) {
    phase_ = key;
    report.phase_begins(name, part);
    epoch_.reset();
    stepping_epoch_.reset();
    last_step_.reset();
    goes_on_.reset();
    steps_before_ = 0;
    zero_total_.reset();
    doubtful_ = false;
  }

  static bool read_totals(const Line& line, Report& report) {
    if (line.lowered.find_first_of("0123456789") == std::string::npos) return false;
    static const Pattern epochs(
        R"(^\W*(?:(?:(?:total )?(?:number|num|no\.?) of |total |max(?:imum)? )(?:training |train )?epochs?|(?:num|n|max|total|train|num_train)_epochs?|epochs)\s*[:=]\s*(?P<total>\d+)\W*$)");
    static const Pattern training(
        R"(\btrain(?:ing)?(?: (?:the )?(?:model|network|classifier))?(?: for)?(?: a total of)? (?P<total>\d+) epochs?\b(?: of (?P<steps>\d+) (?:steps|batches|iterations))?)");
    static const Pattern steps(
        R"(^\W*(?:start\w* training\W+(?:iters|iterations|steps)|(?:total|max(?:imum)?|num|number of)[_ ](?:(?:training|train|optimi[sz]ation)[_ ])?(?:steps|iterations|iters|updates))\s*[:=]\s*(?P<total>[\d,]+)\W*$)");
    static const Pattern per_epoch(
        R"(^\W*(?:number of )?(?:steps|batches|iterations)[_ ]per[_ ]epoch\s*[:=]\s*(?P<steps>[\d,]+)\b)");
    if (const auto match = epochs.find(line.lowered)) {
      if (const auto total = match->number("total")) report.total_epochs(*total);
      return true;
    }
    if (const auto match = training.find(line.lowered)) {
      if (const auto total = match->number("total")) report.total_epochs(*total);
      if (const auto count = match->number("steps")) report.steps_per_epoch(*count);
      return true;
    }
    if (const auto match = steps.find(line.lowered)) {
      if (const auto total = match->number("total")) report.total_work(*total);
      return true;
    }
    const auto match = per_epoch.find(line.lowered);
    if (const auto count = match ? match->number("steps") : std::nullopt) report.steps_per_epoch(*count);
    return match.has_value();
  }

  /// "Start training": what came before was preparation.
  static bool read_start(const Line& line, Report& report) {
    static const Pattern start(
        R"(^\W*(?:(?:start|begin)\w*\s+(?:the\s+|model\s+)?train\w*[^\d]{0,40}$|train(?:ing)? (?:on|with) \d+ |training (?:on|started|starts|begins|is starting|the model|model)\b[^:=]{0,60}$|training(?: loop)?\W*$))");
    if (line.lowered.find("train") == std::string::npos || !start.matches(line.lowered)) return false;
    report.run_begins();
    return true;
  }

  /// "Round 2/10, client 3: epoch 1/2 …": the epochs are within the round, which is not over yet.
  bool read_round_with_epochs(const Line& line, Report& report) {
    static const Pattern nested(
        R"((?i)^\W*(?:(?:fl|federated|global|communication|server)[\s_-]+)?round[\s:=#\[(]*(?P<done>\d+)(?:\s*(?:/|of)\s*(?P<total>\d+))?\b.*\bep(?:och)?[ :=#]*(?P<epoch>\d+))");
    if (line.lowered.find("round") == std::string::npos) return false;
    const auto match = nested.find(line.text);
    if (!match) return false;
    const auto done = *match->number("done");
    if (!match->number("total")) {
      if (!rounds_have_headings_) report.round_begins(done);
      report.epoch_ends(match->whole("epoch").value_or(0));
    } else if (done > 1) {
      report.work_done(done - 1, match->number("total"), Unit::round);
    }
    for (const auto& [name, value] : find_metrics(line.text)) report.metric(name, value);
    return true;
  }

  // ---- lines with an epoch's number

  void read_epoch(const EpochMention& mention, const Line& line, Report& report) {
    if (std::exchange(named_since_epoch_, 0) > 1) iterations_are_steps_ = true;
    leave_tagged_part(mention, report);
    const auto metrics = find_metrics(line.text);
    if (!mention.sure) report.guess();
    if (mention.fraction) {
      report.epochs_done(mention.number, mention.total);
      for (const auto& [name, value] : metrics) report.metric(name, value);
      return;
    }
    if (mention.number > 1e9) return;
    const int epoch = static_cast<int>(mention.number);
    const auto step = find_step_of_epoch(mention.after);
    const auto total = count_of(epoch, mention.total, step, report);
    if (step && (mention.says == Says::evaluation || step->of_evaluation)) {
      if (!step->total || step->done < *step->total) return report.window_begins("validation");
      report.window_ends("validation");
      if (epoch_ == epoch && !open_) report.epoch_ends(epoch, total);
      return;
    }
    if (step && mention.says != Says::ends)
      read_step_of_epoch(epoch, *step, total, metrics, report);
    else if (mention.says == Says::ends ||
             (mention.says != Says::begins && (!metrics.empty() || has_figure(mention.after))))
      end_epoch(epoch, total, report);
    else if (mention.says == Says::evaluation)
      report.window_begins("validation");
    else
      begin_epoch(epoch, total, report);
    for (const auto& [name, value] : metrics) report.metric(name, value, epoch);
  }

  /// How many epochs there are, by "3/90". Where counting began at 0, "0/4" may be the first of four or of
  /// five: it is of five if the number itself is the last one's. That is sure once 4/4 came.
  std::optional<double> count_of(int epoch, std::optional<double> total,
                                 const std::optional<StepMention>& step, Report& report) {
    if (!total) return std::nullopt;
    if (epoch == 0 && zero_total_ != total) {
      zero_total_ = total;
      // "[Epoch 0/3] [Batch 0/20]": what is behind the bar is a count there, and so it is here.
      counts_behind_bar_ = step && step->total && step->done == 0;
    }
    if (zero_total_ != total || counts_behind_bar_) return total;
    if (epoch == *total) {
      doubtful_ = false;
      return *total + 1;
    }
    const auto is_round = [](double count) { return std::fmod(count, 5) == 0; };
    if (is_round(*total + 1)) return *total + 1;
    doubtful_ = true;
    report.guess();
    return is_round(*total) ? *total : *total + 1;
  }

  void begin_epoch(int epoch, std::optional<double> total, Report& report) {
    report.epoch_begins(epoch, total);
    epoch_ = epoch;
    open_ = true;
  }

  void end_epoch(int epoch, std::optional<double> total, Report& report) {
    report.epoch_ends(epoch, total);
    if (epoch_ != epoch || open_) {
      ++ended_;
      if (tested_) tests_are_regular_ = true;
      tested_ = false;
    }
    epoch_ = epoch;
    open_ = false;
  }

  /// Steps mostly begin again with each epoch. Where they do not, they are the whole training's.
  void read_step_of_epoch(int epoch, const StepMention& step, std::optional<double> total,
                          const Metrics& metrics, Report& report) {
    if (doubtful_) report.guess();
    follow_steps(epoch, step.done);
    const bool repeated = stepping_epoch_ == epoch && last_step_ == step.done;
    if (epoch_ != epoch) begin_epoch(epoch, total, report);
    stepping_epoch_ = epoch;
    last_step_ = step.done;
    if (goes_on_.value_or(false))
      report.epoch_steps(step.done - steps_before_, steps_per_epoch_, epoch);
    else
      report.epoch_steps(step.done, step.total, epoch);
    const bool only_validation = !metrics.empty() && !any_name(metrics, is_of_training);
    const bool complete = step.total && step.done >= *step.total && !goes_on_.value_or(false);
    if (complete || (only_validation && repeated)) end_epoch(epoch, total, report);
  }

  /// Where steps go on, those of this epoch are counted from the last one's.
  void follow_steps(std::optional<int> epoch, double done) {
    if (!epoch || !stepping_epoch_ || *epoch <= *stepping_epoch_ || !last_step_) return;
    goes_on_ = done > *last_step_;
    if (!*goes_on_) return;
    steps_per_epoch_ = (*last_step_ - steps_before_) / (*epoch - *stepping_epoch_);
    steps_before_ = *last_step_;
  }

  // ---- lines with a step's number

  bool read_step(const Line& line, Report& report) {
    static const Pattern bar(R"(\d%\||━|█|\d+:\d\d<)");
    const auto step = find_step(line.text);
    if (!step || bar.matches(line.text)) return false;
    const auto metrics = find_metrics(line.text);
    const bool figures = !metrics.empty() || has_figure(step->after);
    if (step->plural && !step->total && metrics.empty()) return false;
    if (!is_progress(*step, figures, line.text.starts_with('['))) {
      if (step->word != StepMention::Word::round || !begins_a_round(*step)) return false;
      rounds_have_headings_ = true;
      report.round_begins(step->done, step->total);
      return true;
    }
    switch (step->word) {
      case StepMention::Word::step:
        rounds_named_ = rounds_named_ || (!figures && !epoch_ && is_iteration(line.text));
        if (rounds_named_ && !iterations_are_steps_ && !figures && is_iteration(line.text)) {
          ++named_since_epoch_;
          report.round_begins(step->done, step->total, Unit::step);
        } else {
          read_counted_step(*step, report);
        }
        break;
      case StepMention::Word::episode:
      case StepMention::Word::round:
        if (figures) {
          report.work_done(step->done, step->total, Unit::round);
        } else {
          rounds_have_headings_ = true;
          report.round_begins(step->done, step->total);
        }
        break;
      case StepMention::Word::bracket:
        read_bracket(*step, metrics, report);
        return true;
      case StepMention::Word::none:
        report.guess();
        report.work_done(step->done, step->total);
        break;
      case StepMention::Word::percent:
        report.guess();
        report.work_done(step->done, 100, Unit::percent);
        break;
    }
    for (const auto& [name, value] : metrics) report.metric(name, value);
    return true;
  }

  /// "Active learning round 0: 100 labelled samples", but not "Round 3 finished".
  static bool begins_a_round(const StepMention& round) {
    static const Pattern words(R"(^\W*[A-Za-z\d ]*[A-Za-z]{3})");
    static const Pattern over(
        R"((?i)\b(?:finish|done|complet|over|end|took|aggregat|averag|result|eval|test|best|sav|global (?:acc|loss|model)))");
    return words.matches(round.after) && !over.matches(round.after);
  }

  /// "Iteration 3/100", which may have epochs of its own.
  static bool is_iteration(std::string_view text) {
    static const Pattern word(R"((?i)^\W*(?:\w+[ _-])?(?:iteration|update)\b)");
    return word.matches(text);
  }

  /// "Step 1/3: loading data" is a step of something else.
  static bool is_progress(const StepMention& step, bool figures, bool bracketed) {
    static const Pattern words(R"([A-Za-z]{3})");
    static const Pattern value(R"(\w ?[:=] ?-?[\d.])");
    switch (step.word) {
      case StepMention::Word::step:
        return figures || (step.total && (!words.matches(step.after) || value.matches(step.after)));
      case StepMention::Word::percent:
        return true;
      case StepMention::Word::episode:
      case StepMention::Word::round:
        return figures || ((step.total || bracketed) && !words.matches(step.after));
      case StepMention::Word::bracket:
      case StepMention::Word::none:
        return figures;
    }
    return false;
  }

  void read_counted_step(const StepMention& step, Report& report) {
    if (doubtful_ && epoch_) report.guess();
    follow_steps(epoch_, step.done);
    stepping_epoch_ = epoch_;
    last_step_ = step.done;
    if (!epoch_)
      report.work_done(step.done, step.total);
    else if (open_ && goes_on_.value_or(false))
      report.epoch_steps(step.done - steps_before_, steps_per_epoch_, epoch_);
    else if (open_)
      report.epoch_steps(step.done, step.total, epoch_);
    else if (!goes_on_.value_or(false))
      report.epoch_steps(step.done, step.total);  // of the one after it
  }

  /// "[3/90][100/500] …" has an epoch and its steps. "[3/90] …" is an epoch's if it tells of a validation.
  void read_bracket(const StepMention& bracket, const Metrics& metrics, Report& report) {
    const int epoch = static_cast<int>(std::min(bracket.done, 1e9));
    const auto step = find_step_of_epoch(bracket.after);
    const bool validated = any_name(metrics, is_of_validation) || any_name(metrics, is_of_test);
    if (step && step->total) {
      const auto total = count_of(epoch, bracket.total, step, report);
      read_step_of_epoch(epoch, *step, total, metrics, report);
    } else if (validated && bracket.done >= 1) {
      end_epoch(epoch, bracket.total, report);
    } else {
      // Epochs are printed one by one, steps at intervals; nobody prints thousands of epochs.
      if (!brackets_are_epochs_) brackets_are_epochs_ = bracket.done <= 1 && *bracket.total < 1000;
      report.guess();
      if (!*brackets_are_epochs_) {
        report.work_done(bracket.done, bracket.total);
        for (const auto& [name, value] : metrics) report.metric(name, value);
        return;
      }
      end_epoch(epoch, count_of(epoch, bracket.total, {}, report), report);
    }
    for (const auto& [name, value] : metrics) report.metric(name, value, epoch);
  }

  // ---- figures on lines of their own

  /// "val Loss: 0.5 Acc: 0.9" after the epoch's heading or result.
  bool read_figures(const Line& line, Report& report) {
    if (!epoch_) return false;
    const auto metrics = find_metrics(line.text);
    if (metrics.empty() || !any_name(metrics, [](const auto& name) { return !name.starts_with("best"); }))
      return false;
    const bool validated = any_name(metrics, is_of_validation);
    const bool tested = any_name(metrics, is_of_test);
    if (!open_ && !validated && !tested) return false;
    // A test after the last epoch is of the whole training, unless each epoch had one.
    if (!open_ && tested && !validated && ended_ > 1 && !tests_are_regular_) return true;
    tested_ = tested_ || tested;
    if (validated || tested) end_epoch_by_figures(report);
    for (const auto& [name, value] : metrics) report.metric(name, value, epoch_);
    return true;
  }

  void end_epoch_by_figures(Report& report) {
    if (doubtful_) report.guess();
    report.epoch_ends(*epoch_);
    if (open_) ++ended_;
    open_ = false;
  }

  using Says = EpochMention::Says;

  std::string phase_;            ///< that runs
  std::set<std::string> parts_;  ///< named beside their epochs
  bool parts_take_turns_ = false;
  bool tagged_ = false;  ///< the line names its part
  std::optional<std::optional<double>> tagged_total_;
  bool rounds_named_ = false;
  bool rounds_have_headings_ = false;
  int named_since_epoch_ = 0;
  bool iterations_are_steps_ = false;
  std::optional<int> epoch_;  ///< the last that was named
  bool open_ = false;         ///< it has begun and no result was told
  int ended_ = 0;
  std::optional<int> stepping_epoch_;  ///< that of the last step
  std::optional<double> last_step_;
  std::optional<bool> goes_on_;            ///< steps count on over the epochs; nothing: not known yet
  std::optional<double> zero_total_;       ///< what stood behind "0/"
  double steps_before_ = 0;                ///< where they go on: those of the epochs before
  std::optional<double> steps_per_epoch_;  ///< there, as the last one had
  bool counts_behind_bar_ = false;
  bool doubtful_ = false;  ///< whether "0/4" is of four or of five is open; what else is said cannot be surer
  bool tested_ = false;    ///< since the last epoch ended
  bool tests_are_regular_ = false;
  std::optional<bool> brackets_are_epochs_;
};

}  // namespace

extern const FormatType loop_format{"plain loop",
                                    "\"Epoch 3/90 loss …\" in many wordings and some languages, headings, "
                                    "steps, rounds, folds and stages; bare "
                                    "\"25/300\" is a guess",
                                    Breadth::loop,
                                    Evidence::stated,
                                    {},
                                    make_format<Loop>};

}  // namespace joulecast::progress
