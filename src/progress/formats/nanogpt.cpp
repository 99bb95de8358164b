// nanoGPT, its kin (llm.c's CPU program, minGPT). Iterations count from 0; "step" and "iter" count the same.
//
//   iter 10: loss 4.2257, time 12.58ms, mfu 3.12%
//   step 50: train loss 4.1470, val loss 4.1318
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class NanoGpt final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern settings(R"(^(?:Overriding: )?max_iters = (?P<total>\d+)(?: *#.*)?$)");
    static const Pattern iteration(
        R"(^(?:iter_dt [\d.]+ms; )?iter (?P<step>\d+): (?P<rest>(?:train )?loss [\d.]+(?:, time [\d.]+ms.*)?)$)");
    static const Pattern evaluation(
        R"(^step (?P<step>\d+): (?P<rest>train loss [\d.]+(?:, val loss |\b).*))");
    if (const auto match = settings.find(line.text)) {
      total_ = match->number("total");
      return true;
    }
    auto match = iteration.find(line.text);
    if (!match) match = evaluation.find(line.text);
    if (!match) return false;
    if (const auto step = match->number("step")) report.work_done(*step, total_);
    report_metrics(report, match->text("rest"));
    return true;
  }

 private:
  std::optional<double> total_;
};

}  // namespace

extern const FormatType nanogpt_format{
    "nanoGPT",
    "iterations; the total where max_iters is overridden on the command line",
    Breadth::framework,
    Evidence::stated,
    {"iter ", "step ", "max_iters"},
    make_format<NanoGpt>};

}  // namespace joulecast::progress
