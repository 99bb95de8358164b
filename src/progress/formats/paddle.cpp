// PaddlePaddle's Model.fit() with verbose 1 and 2, and the trainers of PaddleClas, PaddleSeg, PaddleOCR and
// PaddleDetection.
//
//   The loss value printed in the log is the current step, and the metric is the average value of previous
//   steps. Epoch 1/3 step 10/50 [=====>........................] - loss: 0.6452 - acc: 0.5500 - ETA: 0s -
//   24ms/step Eval begin... step 10/10 - loss: 0.4368 - acc: 0.5900 - 851us/step Eval samples: 200
//   [Train][Epoch 1/120][Iter: 10/5004]lr(CosineWarmup): 0.01, loss: 6.9, eta: 1 day, 2:03:04
//   [TRAIN] epoch: 1, iter: 10/1000, loss: 0.5, lr: 0.01, batch_cost: 0.2, ETA 00:10:00
//   epoch: [1/500], global_step: 10, lr: 0.001, loss: 2.1, avg_reader_cost: 0.1 s
//   Epoch: [0] [  0/3717] learning_rate: 0.000333 loss: 3.5 eta: 1 day, 2:03:04
#include <optional>
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Paddle final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    return read_model(line, report) || read_clas(line, report) || read_seg(line, report) ||
           read_ocr(line, report) || read_detection(line, report);
  }

 private:
  bool read_model(const Line& line, Report& report) {
    static const Pattern begin(R"(^Epoch (?P<epoch>\d+)/(?P<total>\d+)$)");
    static const Pattern steps(
        R"(^step +(?P<step>\d+)(?:/(?P<steps>\d+|Unknown))? (?:\[[=>.]+\] )?- .*(?P<unit>\d[mu]?s/step))");
    if (line.text.starts_with("The loss value printed in the log is the current step")) {
      in_model_ = true;
      return true;
    }
    if (!in_model_) return false;
    if (const auto match = begin.find(line.text)) {
      const auto epoch = match->whole("epoch");
      if (!epoch) return false;
      epoch_ = epoch;
      evaluating_ = false;
      report.epochs_count_from(1);
      report.epoch_begins(*epoch, match->number("total"));
      return true;
    }
    if (line.text.starts_with("Eval begin") || line.text.starts_with("Predict begin")) {
      evaluating_ = true;
      if (epoch_) report.window_begins("validation");
      return true;
    }
    if (line.text.starts_with("Eval samples: ") || line.text.starts_with("Predict samples: ")) {
      if (epoch_) {
        report.window_ends("validation");
        report.epoch_ends(*epoch_);
      }
      return true;
    }
    const auto match = steps.find(line.text);
    if (!match || !epoch_) return match.has_value();
    const auto step = match->number("step");
    const auto total = match->number("steps");
    const bool last = step && total && *step >= *total;
    if (!evaluating_ && step) report.epoch_steps(*step, total, epoch_);
    if (!evaluating_ && last) report.epoch_ends(*epoch_);
    if (last || (!total && line.ended)) report_metrics(line.text, evaluating_ ? "val_" : "", report);
    return true;
  }

  bool read_clas(const Line& line, Report& report) {
    static const Pattern iteration(
        R"(\[Train\]\[Epoch (?P<epoch>\d+)/(?P<total>\d+)\]\[Iter: (?P<step>\d+)/(?P<steps>\d+)\](?P<figures>.*))");
    static const Pattern average(
        R"(\[(?P<set>Train|Eval)\]\[Epoch (?P<epoch>\d+)(?:/\d+)?\]\[(?P<what>Avg|best metric.*|Iter.*?)\](?P<figures>.*))");
    if (const auto match = iteration.find(line.text)) {
      const auto epoch = match->whole("epoch");
      const auto step = match->number("step");
      if (!epoch || !step) return true;
      report.epochs_count_from(1);
      if (epoch_ != epoch) report.epoch_begins(*epoch, match->number("total"));
      epoch_ = epoch;
      report.epoch_steps(*step, match->number("steps"), epoch);
      report_metrics(match->text("figures"), "", report);
      return true;
    }
    const auto match = average.find(line.text);
    if (!match) return false;
    const auto epoch = match->whole("epoch");
    if (match->text("what") != "Avg" || !epoch || epoch != epoch_) return true;
    report.epoch_ends(*epoch);
    report_metrics(match->text("figures"), match->text("set") == "Eval" ? "val_" : "", report);
    return true;
  }

  bool read_seg(const Line& line, Report& report) {
    static const Pattern iteration(
        R"(\[TRAIN\] epoch: \d+, iter: (?P<step>\d+)/(?P<steps>\d+), (?P<figures>.*))");
    const auto match = iteration.find(line.text);
    if (!match) return line.text.starts_with("[EVAL] ");
    const auto step = match->number("step");
    if (step) report.work_done(*step, match->number("steps"));
    report_metrics(match->text("figures"), "", report);
    return true;
  }

  bool read_ocr(const Line& line, Report& report) {
    static const Pattern iteration(
        R"(^epoch: \[(?P<epoch>\d+)/(?P<total>\d+)\], (?:global_step: (?P<step>\d+)|iter: \d+), (?P<figures>.*))");
    const auto match = iteration.find(line.text);
    if (!match) return false;
    const auto epoch = match->whole("epoch");
    if (!epoch) return true;
    report.epochs_count_from(1);
    if (epoch_ != epoch) report.epoch_begins(*epoch, match->number("total"));
    epoch_ = epoch;
    report_metrics(match->text("figures"), "", report);
    return true;
  }

  bool read_detection(const Line& line, Report& report) {
    static const Pattern iteration(
        R"(^Epoch: \[(?P<epoch>\d+)\] \[ *(?P<step>\d+)/(?P<steps>\d+)\] learning_rate: (?P<figures>.*))");
    const auto match = iteration.find(line.text);
    if (!match) return false;
    const auto epoch = match->whole("epoch");
    const auto step = match->number("step");
    if (!epoch || !step) return true;
    report.epochs_count_from(0);
    if (epoch_ != epoch) report.epoch_begins(*epoch);
    epoch_ = epoch;
    report.epoch_steps(*step, match->number("steps"), epoch);
    report_metrics(match->text("figures"), "", report);
    return true;
  }

  void report_metrics(std::string_view figures, const std::string& prefix, Report& report) const {
    for (const auto& [name, value] : find_metrics(figures)) report.metric(prefix + name, value, epoch_);
  }

  bool in_model_ = false;
  bool evaluating_ = false;
  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType paddle_format{
    "PaddlePaddle",
    "Model.fit with verbose 1 and 2; PaddleClas, PaddleSeg, PaddleOCR, PaddleDetection",
    Breadth::framework,
    Evidence::stated,
    {"loss value printed", "epoch", "step ", "eval ", "predict "},
    make_format<Paddle>};

}  // namespace joulecast::progress
