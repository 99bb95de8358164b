// Megatron-LM and what is built on it. Iterations count from 1.
//
//   train_iters ..................................... 200
//   iteration       10/     200 | consumed samples:  1280 | … | lm loss: 7.925372E+00 | …
//   validation loss at iteration 200 | lm loss value: 2.349718E+00 | lm loss PPL: 1.048261E+01 |
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Megatron final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern steps(
        R"(iteration +(?P<step>\d+)/ *(?P<steps>\d+) \| (?P<rest>(?:consumed samples|elapsed time per iteration).*))");
    static const Pattern settings(R"(^train_iters \.+ (?P<total>\d+)$)");
    static const Pattern validation(
        R"(^validation loss at (?:iteration \d+|the end of training)[^|]*\| (?P<rest>.*))");
    static const Pattern begin(R"(before the start of training step\])");
    static const Pattern end(R"(after training is done\])");
    static const Pattern checkpoint(R"(^(?:successfully (?:loaded|saved)|saving) checkpoint )");
    if (const auto match = steps.find(line.text)) {
      if (const auto step = match->number("step")) report.work_done(*step, match->number("steps"));
      report_metrics(report, match->text("rest"));
    } else if (const auto total_match = settings.find(line.text)) {
      if (const auto total = total_match->number("total")) report.total_work(*total);
    } else if (const auto validated = validation.find(line.text)) {
      report_metrics(report, validated->text("rest"), {}, "val");
    } else if (begin.matches(line.text)) {
      report.run_begins();
    } else if (end.matches(line.text)) {
      report.run_ends();
    } else {
      return checkpoint.matches(line.text);
    }
    return true;
  }
};

}  // namespace

extern const FormatType megatron_format{"Megatron-LM",
                                        "iterations, also resumed",
                                        Breadth::framework,
                                        Evidence::stated,
                                        {"iteration", "train_iters", "training", "checkpoint"},
                                        make_format<Megatron>};

}  // namespace joulecast::progress
