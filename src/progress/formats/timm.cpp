// timm's train.py. Epochs and batches count from 0; the validation belongs to the epoch.
//
//   Scheduled epochs: 300. LR stepped per epoch.
//   Train: 0 [  50/1251 (  4%)]  Loss: 6.95 (6.98)  Time: 0.41s …
//   Train:    1/80 (  1%) [  49/323 ( 15%)]  Loss: …     of OpenPCDet, whose epochs count from 1
//   Test: [  48/48]  Time: 0.21 (0.30)  Loss:  5.1 (5.2)  Acc@1: 10.0 (12.0) …
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Timm final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern scheduled(R"(^Scheduled epochs: (?P<total>\d+))");
    static const Pattern train(
        R"(^Train: (?P<epoch>\d+) \[ *(?P<step>\d+)/(?P<steps>\d+) +\( *\d+%\)\](?P<rest>.*))");
    static const Pattern counted(
        R"(^Train: +(?P<epoch>\d+)/(?P<epochs>\d+) +\( *\d+%\) \[ *(?P<step>\d+)/(?P<steps>\d+) +\( *\d+%\)\](?P<rest>.*))");
    static const Pattern test(R"(^Test(?: \(EMA\))?: \[ *(?P<step>\d+)/(?P<steps>\d+)\]\s+Time(?P<rest>.*))");
    static const Pattern list(R"(^(?:\*\*\* Best metric: |Current checkpoints:$|\('[^']*\.pth\.tar', ))");
    if (const auto match = counted.find(line.text)) return read_counted(*match, report);
    report.epochs_count_from(0);
    if (const auto match = scheduled.find(line.text)) {
      if (const auto total = match->number("total")) report.total_epochs(*total);
      return true;
    }
    if (const auto match = train.find(line.text)) {
      const auto epoch = match->whole("epoch");
      if (!epoch) return false;
      if (epoch_ != epoch) report.epoch_begins(*epoch);
      epoch_ = epoch;
      testing_ = false;
      if (const auto step = match->number("step")) report.epoch_steps(*step, match->number("steps"), epoch);
      report_metrics(report, match->text("rest"), epoch, "train");
      return true;
    }
    if (const auto match = epoch_ ? test.find(line.text) : std::nullopt) {
      read_test(*match, report);
      return true;
    }
    return epoch_ && list.matches(line.text);
  }

 private:
  /// Steps count from 0: the last of 323 is 322.
  static bool read_counted(const Match& match, Report& report) {
    const auto epoch = match.whole("epoch");
    const auto step = match.number("step");
    const auto steps = match.number("steps");
    if (!epoch || !step || !steps || *step >= *steps) return false;
    const auto epochs = match.number("epochs");
    report.epochs_count_from(1);
    if (*step == 0) report.epoch_begins(*epoch, epochs);
    report.epoch_steps(*step + 1, steps, epoch);
    report_metrics(report, match.text("rest"), epoch, "train");
    if (*step + 1 == *steps) report.epoch_ends(*epoch, epochs);
    return true;
  }

  void read_test(const Match& match, Report& report) {
    if (!testing_) report.window_begins("validation");
    testing_ = true;
    if (match.number("step") != match.number("steps")) return;
    testing_ = false;
    report_metrics(report, match.text("rest"), epoch_, "val");
    report.window_ends("validation");
    report.epoch_ends(*epoch_);
  }

  std::optional<int> epoch_;
  bool testing_ = false;
};

}  // namespace

extern const FormatType timm_format{
    "timm",
    "train.py: epochs, batches, validation (also of averaged weights); OpenPCDet",
    Breadth::framework,
    Evidence::stated,
    {"train: ", "test: ", "test (ema)", "epoch", "checkpoint"},
    make_format<Timm>};

}  // namespace joulecast::progress
