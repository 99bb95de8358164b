// Lightning's RichProgressBar. Its epochs count from 0 and the last one's number is printed, not how many
// there are; three epochs are:
//
//   Epoch 0/2  ━━━━━━━╸━━━━━━━━━ 18/40 0:00:00 • 0:00:01 43.67it/s train_loss: 0.250
//   Validation ━━━━━╸━━━━━━━━━━━ 7/20  0:00:00 • 0:00:01 43.03it/s
//
// On a terminal all rows are drawn again ten times a second, the full bar during the validation, too.
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/rich_bar.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class LightningRich final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern title(R"(^Epoch (?P<epoch>\d+)(?:/(?P<last>-?\d+))?$)");
    static const Pattern beside(
        R"(^(?:Sanity Checking|Validation|Testing|Predicting)(?: DataLoader \d+)?(?: \S+)?$)");
    const auto rich = find_rich_bar(line.text);
    // Its columns are times on both sides of a dot.
    if (!rich || rich->percent || rich->bar.figures.find("\xe2\x80\xa2") == std::string_view::npos)
      return false;
    if (const auto match = title.find(rich->bar.title)) {
      read_epoch(*match, rich->bar, report);
      return true;
    }
    if (!beside.matches(rich->bar.title)) return false;
    if (rich->bar.title.starts_with("Validation")) validated_ = true;
    return true;
  }

 private:
  void read_epoch(const Match& match, const Bar& bar, Report& report) {
    const auto number = match.whole("epoch");
    if (!number) return;
    auto total = match.number("last");
    if (total) total = *total < 0 ? std::nullopt : std::optional{*total + 1};
    report.epochs_count_from(0);
    if (epoch_ != *number || bar.done < done_) {
      epoch_ = number;
      validated_ = false;
      // Through a pipe only the last state comes, when all is done.
      if (!bar.full()) report.epoch_begins(*number, total);
    }
    done_ = bar.done;
    if (!bar.full()) report.epoch_steps(bar.done, bar.total, number);
    if (!bar.full()) return;
    report.epoch_ends(*number, total);
    for (const auto& [name, value] : find_metrics(bar.figures))
      if (validated_ || !name.starts_with("val")) report.metric(name, value, number);
  }

  std::optional<int> epoch_;
  double done_ = 0;
  bool validated_ = false;
};

}  // namespace

extern const FormatType lightning_rich_format{"Lightning, rich bar", "Lightning 1 and 2 with RichProgressBar",
                                              Breadth::framework,    Evidence::stated,
                                              {"\xe2\x80\xa2"},      make_format<LightningRich>};

}  // namespace joulecast::progress
