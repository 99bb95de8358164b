// Lightning 1 and 2 with tqdm's bar, which counts epochs from 0:
//
//   Sanity Checking DataLoader 0: 100%|██████████| 2/2 [00:00<00:00, 40.02it/s]
//   Epoch 0:  45%|████▌     | 18/40 [00:00<00:00, 43.70it/s, v_num=0, train_loss=0.659]
//   Validation DataLoader 0:  20%|██        | 4/20 [00:00<00:00, 46.16it/s]        drawn below it
//   Epoch 0: 100%|██████████| 40/40 [00:01<00:00, 29.81it/s, train_loss=0.179, val_loss=0.210]
//   `Trainer.fit` stopped: `max_epochs=3` reached.
//
// The bar stays full during the validation and is drawn again after it. Before that its val_ figures are
// those of the epoch before. In Lightning 1 it counts the validation's batches, too.
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/tqdm_bar.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Lightning final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern traces(
        R"(^(?:`?Trainer[.(]|(?:GPU|TPU|IPU|HPU) available: |LOCAL_RANK: \d+ - CUDA_VISIBLE_DEVICES|LightningModule|\S+/(?:pytorch_)?lightning/))");
    static const Pattern stopped(R"(^`?Trainer\.(?:fit|test|validate|predict)`? stopped)");
    if (traces.matches(line.text)) {
      seen_ = true;
      if (stopped.matches(line.text)) report.run_ends();
      return true;
    }
    const auto bar = find_tqdm_bar(line.text);
    return bar ? read_bar(*bar, line, report) : read_checkpoint(line, report);
  }

 private:
  /// "Epoch 0, global step 100: 'val_wer' reached 0.10433 (best 0.10433), saving model to …".
  static bool read_checkpoint(const Line& line, Report& report) {
    static const Pattern reached(
        R"(^Epoch (?P<epoch>\d+), global step \d+: '?(?P<name>[\w/.-]+)'? (?:reached (?P<value>\d+(?:\.\d+)?)\b|was not in top ))");
    const auto match = reached.find(line.text);
    if (!match) return false;
    const auto value = match->number("value");
    if (value) report.metric(std::string(match->text("name")), *value, match->whole("epoch"));
    return true;
  }

  bool read_bar(const Bar& bar, const Line& line, Report& report) {
    static const Pattern epoch(R"(^Epoch (?P<epoch>\d+)$)");
    static const Pattern beside(
        R"(^(?:Sanity Checking|Validation sanity check|Validation Sanity Check|Validation|Validating|Testing|Predicting)(?: DataLoader \d+)?$)");
    if (beside.matches(bar.title)) {
      // Others name their bars "Validation", too; only Lightning numbers its loaders.
      seen_ = seen_ || bar.title.find("DataLoader") != std::string_view::npos ||
              bar.title.starts_with("Sanity Checking") || bar.title.starts_with("Validation sanity") ||
              bar.title.starts_with("Validation Sanity");
      if (seen_) read_beside(bar, report);
      return seen_;
    }
    if (bar.figures.starts_with("v_num=") || bar.figures.find(", v_num=") != std::string_view::npos)
      seen_ = true;
    if (!seen_) return false;
    if (bar.title == "Training") return true;  // drawn until the first epoch has its name
    const auto match = epoch.find(bar.title);
    if (!match) return false;
    if (const auto number = match->whole("epoch")) read_epoch(*number, bar, line, report);
    return true;
  }

  void read_epoch(int number, const Bar& bar, const Line& line, Report& report) {
    report.epochs_count_from(0);
    if (epoch_ != number || (over_ && bar.done == 0)) {
      epoch_ = number;
      over_ = validated_ = false;
      report.epoch_begins(number);
    }
    report.epoch_steps(bar.done, bar.total, number);
    const bool last = bar.full() || (!bar.total && line.ended && bar.done > 0);
    if (!last) return;
    over_ = true;
    report.epoch_ends(number);
    for (const auto& [name, value] : find_metrics(bar.figures))
      if (validated_ || !name.starts_with("val")) report.metric(name, value, number);
  }

  void read_beside(const Bar& bar, Report& report) {
    const bool validation = bar.title.starts_with("Validat") && bar.title != "Validation sanity check";
    if (!validation) return;
    if (bar.full()) {
      validated_ = true;
      report.window_ends("validation");
    } else if (bar.done == 0) {
      report.window_begins("validation");
    }
  }

  bool seen_ = false;  ///< something that only Lightning prints
  std::optional<int> epoch_;
  bool over_ = false;
  bool validated_ = false;
};

}  // namespace

extern const FormatType lightning_format{
    "Lightning",
    "Lightning 1 and 2: tqdm's bar, several loaders, max_steps, lengths that are not known",
    Breadth::framework,
    Evidence::stated,
    {"epoch", "sanity", "validati", "testing", "predicting", "training", "trainer",
     "available: ", "local_rank", "lightning"},
    make_format<Lightning>};

}  // namespace joulecast::progress
