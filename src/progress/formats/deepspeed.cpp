// DeepSpeed's own lines, each steps_per_print steps. Its "epoch" is always 0.
//
//   [Rank 0] step=90, skipped=0, lr=[0.1], mom=[0]
//   epoch=0/micro_step=90/global_step=90, RunningAvgSamplesPerSec=6472.8, …
//   steps: 10 loss: 2.3012 iter time (s): 1.201 samples/sec: 53.3
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class DeepSpeed final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern step(R"((?:^|\] )step=(?P<step>\d+), skipped=\d+, lr=)");
    static const Pattern timer(R"(\bepoch=\d+/micro_step=\d+/global_step=(?P<step>\d+), )");
    static const Pattern pipeline(
        R"((?:^|\] )steps: (?P<step>\d+) (?P<rest>loss: [-\d.]+) iter time \(s\): )");
    auto match = timer.find(line.text);
    if (!match) match = step.find(line.text);
    if (!match) match = pipeline.find(line.text);
    if (!match) return false;
    if (const auto done = match->number("step")) report.work_done(*done);
    report_metrics(report, match->text("rest"));
    return true;
  }
};

}  // namespace

extern const FormatType deepspeed_format{"DeepSpeed",        "steps, also of pipelines",
                                         Breadth::framework, Evidence::stated,
                                         {"step"},           make_format<DeepSpeed>};

}  // namespace joulecast::progress
