// Training loops with Accelerate, as in its examples and those of transformers (run_*_no_trainer.py) and
// diffusers: the Trainer's banner, one bar of all steps, and a line at each epoch's end, which counts from 0.
//
//   ***** Running training *****
//     Total optimization steps = 150
//    32%|███▏      | 48/150 [00:00<00:02, 47.47it/s]
//   epoch 0: {'accuracy': 0.89}
//   Steps:  13%|█▎        | 40/300 [00:05<00:33,  7.7it/s, lr=0.0001, step_loss=0.02]
//
//   running training / 学習開始                               of Kohya's scripts, which have
//     total optimization steps / 学習ステップ数: 3900           the same bar
//
// The banner and the bar without a name are Hugging Face's Trainer's, too: see hf_trainer.cpp.
#include <optional>
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/tqdm_bar.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Accelerate final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern epoch(R"(^epoch (?P<epoch>\d+): (?P<figures>\{.*\}|perplexity: .*)$)");
    static const Pattern total(
        R"((?i)^\s*Total optimization steps(?: / [^:]{1,60})? ?[=:] ?(?P<steps>[\d,]+)$)");
    static const Pattern kohya(R"(^running training / )");
    static const Pattern incremented(R"(^epoch is incremented\. current_epoch: )");
    if (incremented.matches(line.text)) return true;  // the data's workers say so, when it has begun
    if (kohya.matches(line.text)) report.run_begins();
    if (line.text == "***** Running training *****" || kohya.matches(line.text)) {
      banner_ = true;
      return false;
    }
    if (read_bar_of_diffusers(line, report)) return true;
    if (!banner_) return false;
    if (const auto match = total.find(line.text)) {
      steps_ = match->number("steps");
      if (!line.text.starts_with('T') && steps_) report.total_work(*steps_);
      return !line.text.starts_with('T');
    }
    if (const auto match = epoch.find(line.text)) {
      const auto number = match->whole("epoch");
      if (!number) return false;
      report.epochs_count_from(0);
      report.epoch_ends(*number);
      // Evaluations' figures: accuracy, perplexity, eval_loss, train_loss.
      for (const auto& [name, value] : find_metrics(match->text("figures")))
        report.metric(name.find("_") == std::string::npos ? "val_" + name : name, value, number);
      return true;
    }
    return read_bar(line, report);
  }

 private:
  /// diffusers' scripts draw the same bar of all steps whether their banner is shown or not.
  static bool read_bar_of_diffusers(const Line& line, Report& report) {
    static const Pattern figures(R"((?:^|[ ,])(?:lr=.*\b(?:step_)?loss=|(?:step_)?loss=.*\blr=))");
    const auto bar = find_tqdm_bar(line.text);
    if (!bar || bar->title != "Steps" || !figures.matches(bar->figures)) return false;
    for (const auto& [name, value] : find_metrics(bar->figures)) report.metric(name, value);
    report.work_done(bar->done, bar->total);
    return true;
  }

  /// The bar of the examples that name it "Steps".
  bool read_bar(const Line& line, Report& report) const {
    static const Pattern title(R"((?i)^(?:steps|training steps|train|training|global step)$)");
    const auto bar = find_tqdm_bar(line.text);
    if (!bar || !steps_ || bar->total != steps_ || !title.matches(bar->title)) return false;
    for (const auto& [name, value] : find_metrics(bar->figures)) report.metric(name, value);
    report.work_done(bar->done, bar->total);
    return true;
  }

  bool banner_ = false;
  std::optional<double> steps_;  ///< of the whole training
};

}  // namespace

extern const FormatType accelerate_format{
    "Accelerate",
    "the examples of Accelerate, transformers and diffusers without Trainer; Kohya's scripts",
    Breadth::framework,
    Evidence::stated,
    {"epoch", "running training", "total optimization", "%|", "steps:"},
    make_format<Accelerate>};

}  // namespace joulecast::progress
