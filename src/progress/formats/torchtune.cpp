// torchtune: a bar for each epoch, whose title is "epoch|steps so far|Loss: …". Epochs count from 1.
//
//   INFO:torchtune.utils._logging:Running LoRAFinetuneRecipeSingleDevice with resolved config:
//   epochs: 2
//     0%|          | 0/30 [00:00<?, ?it/s]
//   1|2|Loss: 8.770512703374:   6%|          | 2/30 [00:04<00:56,  2.01s/it]
//
// The total of epochs stands in the printed configuration alone.
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/tqdm_bar.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Torchtune final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern recipe(R"(^Running \w*Recipe\w*(?: with resolved config:)?)");
    static const Pattern epochs(R"(^epochs: (?P<epochs>\d+)$)");
    if (recipe.matches(line.text)) {
      seen_ = in_config_ = true;
      return true;
    }
    if (const auto match = in_config_ ? epochs.find(line.text) : std::nullopt) {
      if (const auto total = match->number("epochs")) report.total_epochs(*total);
      return true;
    }
    const auto bar = find_tqdm_bar(line.text);
    return bar && read_bar(*bar, report);
  }

 private:
  bool read_bar(const Bar& bar, Report& report) {
    static const Pattern title(R"(^(?P<epoch>\d+)\|\d+\|(?P<figures>\w.*)$)");
    const auto match = title.find(bar.title);
    if (!match) return seen_ && bar.title.empty() && read_first_state(bar, report);
    const auto epoch = match->whole("epoch");
    if (!epoch) return true;
    seen_ = true;
    in_config_ = false;
    report.epochs_count_from(1);
    if (epoch != epoch_) report.epoch_begins(*epoch);
    epoch_ = epoch;
    full_ = bar.full();
    report.epoch_steps(bar.done, bar.total, epoch);
    if (full_) report.epoch_ends(*epoch);
    for (const auto& [name, value] : find_metrics(match->text("figures"))) report.metric(name, value, epoch);
    return true;
  }

  /// Each epoch's bar has no title until its first step is done.
  bool read_first_state(const Bar& bar, Report& report) {
    in_config_ = false;
    if (bar.done > 0) return true;
    if (!epoch_) {
      report.run_begins();
      if (bar.total) report.steps_per_epoch(*bar.total);
    } else if (full_) {
      epoch_ = *epoch_ + 1;
      report.epoch_begins(*epoch_);
    }
    return true;
  }

  bool seen_ = false;
  bool in_config_ = false;
  bool full_ = false;
  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType torchtune_format{
    "torchtune",      "recipes for one and several devices", Breadth::framework,
    Evidence::stated, {"recipe", "epochs: ", "%|"},          make_format<Torchtune>};

}  // namespace joulecast::progress
