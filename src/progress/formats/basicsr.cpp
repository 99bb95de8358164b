// BasicSR and what is built on it (Real-ESRGAN, GFPGAN, HAT, SwinIR's KAIR): iterations; the epoch is where
// they are, and mostly skipped.
//
//   Total epochs: 32; iters: 2000.
//   Start training from epoch: 0, iter: 0
//   [RealE..][epoch: 86, iter: 107,000, lr:(1.000e-04,)] [eta: 1 day, 3:00:00, …] l_g_pix: 1.4e-03
//   <epoch: 86, iter: 107,000, lr:2.500e-05> l_g_pix: 1.4819e-03
//   # Validation Set5                     # psnr: 31.2 Best: 31.3 @ 5000 iter
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class BasicSr final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern totals(R"(^Total epochs: \d+; iters: (?P<total>\d+)\.?$)");
    static const Pattern start(
        R"(^(?:Start training from|Resuming training from) epoch: \d+, iter: (?P<step>\d+))");
    static const Pattern iteration(
        R"(^(?:\[[^\[\]]{1,12}\])?[\[<]epoch: *\d+, iter: *(?P<step>[\d,]+)(?:, lr: ?\(?[^\])>]*\)?)?[\]>] *(?:\[eta: [^\]]*\])?(?P<rest>.*))");
    if (const auto match = totals.find(line.text)) {
      total_ = match->number("total");
      if (total_) report.total_work(*total_);
      return true;
    }
    if (const auto match = start.find(line.text)) {
      if (const auto step = match->number("step")) report.work_counts_from(*step);
      from_ = match->number("step");
      report.run_begins();
      return true;
    }
    if (const auto match = iteration.find(line.text)) {
      const auto step = match->number("step");
      if (!step) return false;
      if (from_) report.work_counts_from(*from_);
      report.work_done(*step, total_ && *step > *total_ ? std::nullopt : total_);
      report_metrics(report, match->text("rest"));
      return true;
    }
    return from_ && line.text.starts_with("Validation ");
  }

 private:
  std::optional<double> total_, from_;
};

}  // namespace

extern const FormatType basicsr_format{
    "BasicSR",        "iterations of BasicSR, Real-ESRGAN, GFPGAN", Breadth::framework,
    Evidence::stated, {"iters: ", "iter:", "validation "},          make_format<BasicSr>};

}  // namespace joulecast::progress
