// MosaicML Composer: its bar, and its console log where that is switched on. Epochs count from 0.
//
//   train          Epoch   0:   24%|██████           | 12/50 [00:00<00:00, 42.3ba/s, loss/train/total=0.6894]
//   eval           Epoch   0:  100%|█████████████████| 10/10 [00:00<00:00, 1858ba/s,
//   metrics/eval/Accuracy=0.91] train                        24%|██████           | 120/500
//   [00:02<00:09, 42.3ba/s]     max_duration in batches [epoch=1/3][batch=12/50]: [batch=12/120]: 	 Train
//   loss/train/total: 0.6894 [Eval batch=1/10] Eval on eval data
#include <optional>
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/tqdm_bar.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Composer final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    if (const auto bar = find_tqdm_bar(line.text)) return read_bar(*bar, report);
    return read_console(line, report) || read_figure(line, report);
  }

 private:
  bool read_bar(const Bar& bar, Report& report) {
    static const Pattern title(
        R"(^(?P<what>\S+)(?: {2,}(?P<unit>Epoch|Batch|Sample|Token|Iteration|Second) +(?P<number>\d+))?$)");
    static const Pattern units(R"(^(?:ba|sp|tok|ep|iter|sec)$)");
    const auto match = title.find(bar.title);
    if (!match || !(bar.unit.empty() || units.matches(bar.unit))) return false;
    const auto what = match->text("what");
    const bool numbered = !match->text("unit").empty();
    if (what != "train") {
      if (!numbered || !seen_) return false;
      read_evaluation(bar, match->text("unit") == "Epoch" ? match->whole("number") : std::nullopt, report);
      return true;
    }
    if (!numbered && bar.unit.empty()) return false;
    seen_ = true;
    if (match->text("unit") == "Epoch") {
      if (const auto epoch = match->whole("number")) read_epoch(*epoch, bar, report);
    } else if (!numbered) {
      report.work_done(bar.done, bar.total, unit_of(bar.unit));
    }
    report_metrics(bar.figures, report);
    return true;
  }

  static Unit unit_of(std::string_view unit) {
    if (unit == "sp" || unit == "sample") return Unit::sample;
    return unit == "tok" || unit == "token" ? Unit::token : Unit::step;
  }

  void read_epoch(int epoch, const Bar& bar, Report& report) {
    report.epochs_count_from(0);
    if (epoch_ != epoch) report.epoch_begins(epoch);
    epoch_ = epoch;
    report.epoch_steps(bar.done, bar.total, epoch);
    if (bar.full()) report.epoch_ends(epoch);
  }

  void read_evaluation(const Bar& bar, std::optional<int> epoch, Report& report) {
    if (!bar.full()) {
      if (bar.done == 0) report.window_begins("validation");
      return;
    }
    report.window_ends("validation");
    if (epoch && epoch == epoch_) report.epoch_ends(*epoch);
    report_metrics(bar.figures, report);
  }

  void report_metrics(std::string_view figures, Report& report) const {
    for (const auto& [name, value] : find_metrics(figures)) report.metric(name, value, epoch_);
  }

  bool read_console(const Line& line, Report& report) {
    static const Pattern evaluation(R"(^\[Eval batch=(?P<batch>\d+)/(?P<batches>\d+)\])");
    static const Pattern progress(
        R"(^(?:\[(?:iteration|epoch)=(?P<epoch>\d+)(?:/(?P<epochs>\d+))?\])?\[(?P<unit>batch|sample|token)=(?P<done>\d+)(?:/(?P<total>\d+))?\]:?$)");
    if (const auto match = evaluation.find(line.text)) {
      const auto batch = match->number("batch");
      if (batch == 1) report.window_begins("validation");
      if (batch && batch == match->number("batches")) report.window_ends("validation");
      return true;
    }
    const auto match = progress.find(line.text);
    if (!match) return false;
    seen_ = in_block_ = true;
    const auto done = match->number("done");
    const auto total = match->number("total");
    if (!done) return true;
    const auto unit = match->text("unit");
    if (const auto epoch = match->whole("epoch"))
      read_console_epoch(*epoch, match->number("epochs"), *done, total, report);
    else
      report.work_done(*done, total, unit_of(unit));
    return true;
  }

  /// The console counts epochs from 1.
  void read_console_epoch(int epoch, std::optional<double> epochs, double batch,
                          std::optional<double> batches, Report& report) {
    report.epochs_count_from(1);
    if (epoch_ != epoch) report.epoch_begins(epoch, epochs);
    epoch_ = epoch;
    report.epoch_steps(batch, batches, epoch);
    if (batches && batch >= *batches) report.epoch_ends(epoch, epochs);
  }

  /// "Train loss/train/total: 0.6894" below the head of its block. "time/epoch" there is no progress.
  bool read_figure(const Line& line, Report& report) const {
    static const Pattern figure(R"(^(?:Train|Eval) (?P<name>[\w/.-]+): (?P<value>\S+)$)");
    if (!in_block_) return false;
    const auto match = figure.find(line.text);
    if (!match) return false;
    const auto name = match->text("name");
    const auto value = match->number("value");
    const bool is_metric = name.starts_with("loss/") || name.starts_with("metrics/");
    if (value && is_metric) report.metric(std::string(name), *value, epoch_);
    return true;
  }

  bool seen_ = false;
  bool in_block_ = false;
  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType composer_format{
    "Composer",
    "MosaicML Composer and LLM Foundry: bar and console, durations in epochs, batches, samples, tokens",
    Breadth::framework,
    Evidence::stated,
    {"train ", "eval ", "batch=", "sample=", "token="},
    make_format<Composer>};

}  // namespace joulecast::progress
