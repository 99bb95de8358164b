// Detectron2, and what is built on it. Iterations count from 0.
//
//   Starting training from iteration 0
//   eta: 0:01:52  iter: 19  total_loss: 7.100  …  lr: 0.00025  max_mem: 3121M
//   Inference done 11/100. Dataloading: …
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Detectron2 final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern begin(R"(^Starting training from iteration \d+$)");
    static const Pattern settings(R"(^MAX_ITER: (?P<total>\d+)$)");
    static const Pattern steps(
        R"(^(?:eta: (?:\d+ days?, )?[\d:]+\s+)?iter: (?P<step>\d+)\s+(?P<rest>(?:total_)?loss\w*: .*))");
    static const Pattern inference(R"(^(?:Start inference on \d+|Inference done \d+/\d+\.))");
    static const Pattern inferred(R"(^Total inference (?:pure compute )?time: )");
    static const Pattern other(
        R"(^(?:Overall training speed: |Total training time: |Saving checkpoint to ))");
    if (begin.matches(line.text)) {
      report.run_begins();
      return true;
    }
    if (const auto match = settings.find(line.text)) {
      total_ = match->number("total");
      return true;
    }
    if (const auto match = steps.find(line.text)) {
      seen_ = true;
      end_inference(report);
      if (const auto step = match->number("step")) report.work_done(*step, total_);
      report_metrics(report, match->text("rest"));
      return true;
    }
    if (!seen_) return false;
    if (inference.matches(line.text)) {
      if (!inferring_) report.window_begins("validation");
      inferring_ = true;
      return true;
    }
    if (inferred.matches(line.text)) {
      end_inference(report);
      return true;
    }
    return other.matches(line.text);
  }

 private:
  void end_inference(Report& report) {
    if (inferring_) report.window_ends("validation");
    inferring_ = false;
  }

  std::optional<double> total_;
  bool seen_ = false;
  bool inferring_ = false;
};

}  // namespace

extern const FormatType detectron2_format{
    "Detectron2",     "iterations; the total from the printed configuration",     Breadth::framework,
    Evidence::stated, {"iter", "inference", "total training time", "checkpoint"}, make_format<Detectron2>};

}  // namespace joulecast::progress
