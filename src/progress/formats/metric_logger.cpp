// The MetricLogger that torchvision's references, DETR, DeiT, MAE and many others share, and Swin's variant.
// Epochs and batches count from 0.
//
//   Epoch: [0]  [ 10/5005]  eta: 1:02:03  lr: 0.1  loss: 6.9 (7.0)  time: 0.41 …
//   Epoch: [0] Total time: 0:31:02
//   Training  [  100/125000]  eta: 1 day, 2:00:00  loss: 11.1 (12.2)  time: 0.5 …    DINOv2: all steps
//   Test:   [0/196]  eta: 0:00:30  loss: 5.1 (5.1) …
//   Test:  Acc@1 12.500 Acc@5 30.100
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class MetricLogger final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern steps(
        R"(^(?:Train(?:ing)?[: ]+)?(?:Epoch:? *)?\[(?P<epoch>\d+)(?:/(?P<total>\d+))?\]\s*\[ *(?P<step>\d+)/(?P<steps>\d+)\]\s+eta:? (?P<rest>.*))");
    static const Pattern total_time(
        R"(^(?:Train(?:ing)? )?Epoch:? *\[(?P<epoch>\d+)(?:/\d+)?\] Total time: |^EPOCH (?P<swin>\d+) training takes )");
    report.epochs_count_from(0);
    if (read_banner(line, report)) return true;
    if (const auto match = steps.find(line.text)) {
      const auto epoch = match->whole("epoch");
      const auto step = match->number("step");
      if (!epoch || !step) return false;
      begin(*epoch, match->number("total"), report);
      report.epoch_steps(*step, match->number("steps"), epoch);
      report_metrics(report, match->text("rest"), epoch, "train");
      return true;
    }
    if (!epoch_) return read_steps_of_run(line, report);
    if (total_time.matches(line.text)) {
      report.epoch_ends(*epoch_);
      return true;
    }
    return read_evaluation(line, report);
  }

 private:
  /// Only of DINO's later versions is it known that they are those of the whole training.
  static bool read_steps_of_run(const Line& line, Report& report) {
    static const Pattern steps(R"(^Training +\[ *(?P<step>\d+)/(?P<steps>\d+)\] +eta:? (?P<rest>.*))");
    const auto match = steps.find(line.text);
    const auto step = match ? match->number("step") : std::nullopt;
    if (!step) return false;
    if (line.full.find(" dinov") == std::string::npos) report.guess();
    report.work_done(*step, match->number("steps"));
    report_metrics(report, match->text("rest"));
    return true;
  }

  /// The settings are printed before anything tells whose they are.
  bool read_banner(const Line& line, Report& report) {
    static const Pattern settings(R"(^Namespace\(.*\bepochs=(?P<total>\d+))");
    static const Pattern start(R"(^Start training(?: for (?P<total>\d+) epochs)?$)");
    static const Pattern end(R"(^Training time \d)");
    if (const auto match = settings.find(line.text)) {
      settings_total_ = match->number("total");
      return true;
    }
    if (const auto match = start.find(line.text)) {
      report.run_begins();
      if (const auto total = match->number("total")) report.total_epochs(*total);
      return true;
    }
    if (!epoch_ || !end.matches(line.text)) return false;
    report.run_ends();
    return true;
  }

  void begin(int epoch, std::optional<double> total, Report& report) {
    if (epoch_ != epoch) report.epoch_begins(epoch, total ? total : settings_total_);
    epoch_ = epoch;
    testing_ = false;
  }

  bool read_evaluation(const Line& line, Report& report) {
    static const Pattern averages(R"(^Averaged stats: )");
    static const Pattern steps(R"(^(?:Test|Val\w*|Eval\w*)[^\[\]]*\[ *\d+/\d+\]\s+(?:eta|Time))");
    static const Pattern result(R"(^(?:Test: +Acc@1 |\*\s+(?:Acc|Prec)@1 ))");
    static const Pattern other_result(
        R"(^(?:Average (?:Precision|Recall) |(?:Test|Val\w*): +Total time|Accuracy of the (?:network|model) on the \d+ test images: |Max accuracy: ))");
    if (averages.matches(line.text)) {
      // After the test it tells the test's.
      if (!testing_) report_metrics(report, line.text, epoch_, "train");
      return true;
    }
    if (steps.matches(line.text)) {
      if (!testing_) report.window_begins("validation");
      testing_ = true;
      return true;
    }
    const bool figures = result.matches(line.text);
    if (!figures && !other_result.matches(line.text)) return false;
    if (figures) report_metrics(report, line.text.substr(line.text.find("@1") - 4), epoch_, "val");
    if (testing_) report.window_ends("validation");
    testing_ = false;
    report.epoch_ends(*epoch_);
    return true;
  }

  std::optional<int> epoch_;
  std::optional<double> settings_total_;
  bool testing_ = false;
};

}  // namespace

extern const FormatType metric_logger_format{"MetricLogger",
                                             "torchvision's references, DETR, DeiT, MAE, BLIP, Swin",
                                             Breadth::framework,
                                             Evidence::stated,
                                             {"epoch", "train", "test", "acc@1", "prec@1", "val", "average"},
                                             make_format<MetricLogger>};

}  // namespace joulecast::progress
