// Hugging Face's Trainer (transformers 3 to 5) and what is built on it: TRL, axolotl, LLaMA-Factory,
// sentence-transformers, SetFit.
//
//   ***** Running training *****
//     Num Epochs = 3
//     Total optimization steps = 1,200
//     3%|▎         | 4/120 [00:00<00:03, 37.62it/s]
//   {'loss': '4.557', 'grad_norm': '0.9784', 'learning_rate': '4.625e-05', 'epoch': '0.25'}
//   {'eval_loss': 4.554, 'eval_runtime': 0.0111, 'epoch': 1.0}
//   {'train_runtime': 3.051, 'train_loss': 4.55, 'epoch': 3.0}
//
// The banner is often switched off. The bar has no name and counts optimization steps; an evaluation's bar
// has none either, but another length. "epoch" is a fraction, in quotes from version 5 on.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/tqdm_bar.hpp"
#include "progress/metric_text.hpp"
#include "progress/skipped_start.hpp"

namespace joulecast::progress {
namespace {

class HuggingFaceTrainer final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    if (const auto bar = find_tqdm_bar(line.text)) return read_bar(*bar, line, report);
    return read_dict(line, report) || read_banner(line, report) || read_unsloth(line, report);
  }

 private:
  bool read_banner(const Line& line, Report& report) {
    static const Pattern heading(R"(^\*+ +(?P<what>[\w ]+?) +\*+$)");
    static const Pattern setting(R"(^(?P<name>[A-Z][^={}]*?) ?= ?(?P<value>[\d,.]+)$)");
    static const Pattern resumed(
        R"(^(?:Continuing training from |Will skip the first |Skipping the first |Resuming from checkpoint))");
    if (const auto match = heading.find(line.text)) {
      const auto what = match->text("what");
      if (what == "Running training") begin_training(report);
      const bool evaluation = what.starts_with("Running Eval") || what.starts_with("Running Predict") ||
                              what.starts_with("Running eval");
      if (evaluation && training_) report.window_begins("validation");
      in_banner_ = what == "Running training";
      in_metrics_ = what.ends_with("metrics");
      return what == "Running training" || evaluation || in_metrics_;
    }
    if (const auto match = setting.find(line.text)) {
      if (in_banner_)
        read_setting(match->text("name"), match->number("value"), report);
      else if (!in_metrics_ && match->text("name") == "Num Epochs")
        read_setting("Num Epochs", match->number("value"), report);
      return in_banner_ || match->text("name") == "Num Epochs" || match->text("name") == "Num examples";
    }
    if (in_metrics_) {
      static const Pattern figure(R"(^\w+ +=)");
      if (figure.matches(line.text)) return true;
      in_metrics_ = false;
    }
    if (training_ && line.lowered.starts_with("training completed")) {
      end_training(report);
      return true;
    }
    return training_ && resumed.matches(line.text);
  }

  /// Unsloth's is beside a drawing, in two or three lines after its name:
  /// "Num examples = 51,760 | Num Epochs = 1 | Total steps = 60", "Total batch size (2 x 4 x 1) = 8".
  bool read_unsloth(const Line& line, Report& report) {
    static const Pattern heading(R"(\bUnsloth - \d+x faster)");
    static const Pattern setting(
        R"((?P<name>Num examples|Num Epochs|Total steps|Total batch size)(?: \([^)]*\))? = (?P<value>[\d,]+))");
    if (heading.matches(line.text)) {
      in_unsloth_ = true;
      begin_training(report);
      return true;
    }
    if (!in_unsloth_) return false;
    bool found = false;
    std::string_view rest = line.text;
    for (auto match = setting.find(rest); match; match = setting.find(rest)) {
      const auto name = match->text("name");
      const auto value = match->number("value");
      if (name == "Total steps")
        read_setting("Total optimization steps", value, report);
      else
        read_setting(name == "Total batch size" ? "Total train batch size" : name, value, report);
      found = true;
      rest = match->after();
    }
    if (found && steps_) correct_epochs(report);
    return found;
  }

  void begin_training(Report& report) {
    training_ = confirmed_ = true;
    over_ = false;
    ended_ = 0;
    epochs_.reset();
    steps_.reset();
    examples_.reset();
    batch_.reset();
    per_epoch_.reset();
    report.run_begins();
  }

  void end_training(Report& report) {
    if (!over_) report.run_ends();
    over_ = true;
    training_ = false;
  }

  void read_setting(std::string_view name, std::optional<double> value, Report& report) {
    if (!value) return;  // 9,223,372,036,854,775,807 epochs: as many as the steps take
    if (name == "Num examples") examples_ = value;
    if (name.starts_with("Total train batch size")) batch_ = value;
    if (name == "Num update steps per epoch") per_epoch_ = value;
    if (name == "Num Epochs") {
      epochs_ = value;
      report.total_epochs(*value);
    }
    if (name == "Num update steps per epoch") report.steps_per_epoch(*value);
    if (name.starts_with("Total optimization steps")) {
      steps_ = value;
      report.total_work(*value);
      correct_epochs(report);
    }
  }

  /// With max_steps the number of epochs is rounded up: 90 steps of 20 an epoch are "5".
  void correct_epochs(Report& report) {
    if (!per_epoch_ && examples_ && batch_ && *batch_ > 0) per_epoch_ = std::ceil(*examples_ / *batch_);
    if (!per_epoch_ || *per_epoch_ <= 0 || !epochs_) return;
    const double exact = *steps_ / *per_epoch_;
    if (exact > *epochs_ - 1 && exact < *epochs_ * 0.97) {
      epochs_ = exact;
      report.total_epochs(exact);
    }
  }

  bool read_bar(const Bar& bar, const Line& line, Report& report) {
    static const Pattern writing(R"(^(?:Writing model shards|Saving checkpoint|Loading weights))");
    if (writing.matches(bar.title)) return true;
    if (!bar.title.empty()) return false;
    if (line.below == 0) note_start(bar, line.time);
    if (!confirmed_) {
      // Nothing tells yet whose bar it is.
      if (line.below == 0 && candidate_ != bar.total)
        before_candidate_ = std::exchange(candidate_, bar.total);
      return false;
    }
    if (!total_ && !over_ && line.below == 0 && (!steps_ || bar.total == steps_)) total_ = bar.total;
    if (line.below == 0 && bar.total == total_ && (!over_ || bar.done == 0)) {
      over_ = false;
      if (from_) report.work_counts_from(*from_);
      report.work_done(bar.done, bar.total);
      return true;
    }
    candidate_ = bar.total;
    if (bar.full())
      report.window_ends("validation");
    else if (bar.done == 0)
      report.window_begins("validation");
    return true;
  }

  /// A resumed run's bar jumps to where the earlier one ended.
  void note_start(const Bar& bar, SteadyTime time) {
    const auto from = skipped_.note(bar.done, bar.total, time);
    if (from) from_ = from;
    if (bar.done == 0 && bar.total == total_) from_.reset();
  }

  /// "{'loss': 0.5, 'learning_rate': 1e-05, 'epoch': 0.25}"; LLaMA-Factory's own have figures behind it.
  bool read_dict(const Line& line, Report& report) {
    static const Pattern epoch(R"(['"]epoch['"]: ['"]?(?P<epoch>\d+(?:\.\d+)?(?:e-?\d+)?)['"]?[,}])");
    static const Pattern own(
        R"(['"](?:learning_rate|grad_norm|eval_\w+|train_runtime|train_loss|num_tokens|total_flos|mean_token_accuracy|rewards?/\w+)['"]: )");
    if (!line.text.starts_with('{') || !line.text.ends_with('}')) return false;
    const auto match = epoch.find(line.text);
    if (!match || line.text[1] != '\'' || (!confirmed_ && !own.matches(line.text))) return false;
    const auto done = match->number("epoch");
    if (!done) return false;
    // Unsloth's studio tells how long it has run in each dict: those have the present loss, too.
    const bool summary = line.text.find("'train_runtime'") != std::string::npos &&
                         line.text.find("'loss'") == std::string::npos;
    if (summary) {
      report.epochs_done(*done, total_of(*done));
      confirm(false);
      end_training(report);
      return true;
    }
    const bool evaluation =
        line.text.find("'eval_") != std::string::npos || line.text.find("'test_") != std::string::npos;
    if (evaluation && over_) return true;  // evaluate() after the training
    if (!evaluation && (over_ || !total_)) total_ = candidate_;
    if (!evaluation && over_) report.window_ends("validation");  // it was the next training's bar
    if (!evaluation) over_ = false;
    confirm(evaluation);
    training_ = true;
    read_steps(line.text, report);
    read_epoch(*done, evaluation, find_metrics(line.text), report);
    return true;
  }

  /// 'global_step/max_steps': '5/50' of ms-swift.
  void read_steps(std::string_view text, Report& report) {
    static const Pattern steps(R"('global_step/max_steps': '(?P<done>\d+)/(?P<total>\d+)')");
    const auto match = steps.find(text);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done) return;
    of_steps_ = true;
    report.work_done(*done, match->number("total"));
  }

  /// An evaluation before the first step has drawn its own bar, after the training's, which stands at 0.
  void confirm(bool evaluation) {
    const auto length = evaluation ? before_candidate_ : candidate_;
    if (!confirmed_ && length) total_ = length;
    confirmed_ = true;
  }

  /// Figures of the training are those of the steps before; the last ones before an epoch's end are its own.
  void read_epoch(double done, bool evaluation, std::vector<MetricText> metrics, Report& report) {
    if (evaluation && done == 0) return report.window_ends("validation");  // before the first step
    // The first steps of a long epoch are 0.0 of it.
    if (!of_steps_ && done > 0) report.epochs_done(done, total_of(done));
    const double whole = std::round(done);
    const bool at_end = whole >= 1 && std::abs(done - whole) < 0.001;
    const int running = static_cast<int>(at_end ? whole : std::floor(done) + 1);
    if (evaluation) {
      report.window_ends("validation");
      if (at_end) report.epoch_ends(running);
    }
    const int over = running - (at_end ? 0 : 1);
    if (over > ended_ && (evaluation || !at_end))
      for (const auto& [name, value] : last_) report.metric(name, value, over);
    ended_ = std::max(ended_, over);
    for (const auto& [name, value] : metrics) report.metric(name, value, running);
    if (!evaluation) last_ = std::move(metrics);
  }

  std::optional<double> total_of(double done) const {
    return epochs_ && *epochs_ >= done ? epochs_ : std::nullopt;
  }

  int ended_ = 0;                 ///< last epoch that is over
  std::vector<MetricText> last_;  ///< the last figures of the training
  bool confirmed_ = false;        ///< its banner or a dict was seen
  bool training_ = false;
  bool over_ = false;
  bool in_banner_ = false;
  bool in_metrics_ = false;
  bool in_unsloth_ = false;
  bool of_steps_ = false;  ///< dicts tell the steps, too
  std::optional<double> epochs_, steps_, examples_, batch_, per_epoch_;
  std::optional<double> candidate_;         ///< length of the last bar that may be the training's
  std::optional<double> before_candidate_;  ///< … and of the one before it
  std::optional<double> total_;             ///< length of the training's bar
  SkippedStart skipped_;
  std::optional<double> from_;  ///< steps of an earlier run
};

}  // namespace

extern const FormatType hf_trainer_format{
    "Hugging Face Trainer",
    "Trainer of transformers 3 to 5, TRL, axolotl, LLaMA-Factory, sentence-transformers: bar, dicts, banner",
    Breadth::framework,
    Evidence::stated,
    {"%|", "epoch", "***", " = ", "unsloth", "training", "skip", "resum", "continuing"},
    make_format<HuggingFaceTrainer>};

}  // namespace joulecast::progress
