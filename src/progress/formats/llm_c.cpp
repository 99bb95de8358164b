// llm.c's CUDA program. Steps count from 1.
//
//   | train_num_batches     | 60                                                 |
//   step    1/60 | loss 8.884300 (+0.13z)| norm 1.2031 (-0.41z)| lr 6.00e-04 | 512.31 ms | …
//   val loss 9.000000
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class LlmC final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern settings(R"(^\| train_num_batches +\| (?P<total>\d+) +\|$)");
    static const Pattern step(
        R"(^step +(?P<step>\d+)/(?P<steps>\d+) \| (?P<rest>loss [-\d.]+ \([-+.\d]*\w+\)\| .*))");
    static const Pattern validation(R"(^val loss [\d.]+$)");
    if (const auto match = settings.find(line.text)) {
      known_ = true;
      if (const auto total = match->number("total")) report.total_work(*total);
      return true;
    }
    if (const auto match = step.find(line.text)) {
      known_ = true;
      if (const auto done = match->number("step")) report.work_done(*done, match->number("steps"));
      report_metrics(report, match->text("rest"));
      return true;
    }
    if (!known_ || !validation.matches(line.text)) return false;
    report_metrics(report, line.text);
    return true;
  }

 private:
  bool known_ = false;
};

}  // namespace

extern const FormatType llm_c_format{
    "llm.c",          "steps and validation of the CUDA program", Breadth::framework,
    Evidence::stated, {"step ", "train_num_batches", "val loss"}, make_format<LlmC>};

}  // namespace joulecast::progress
