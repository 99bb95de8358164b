// torchtitan. Steps count from 1.
//
//   Trainer is initialized with local batch size 8, …, total steps 100 (warmup 2)
//   step: 10  loss:  7.92537  grad_norm:  1.2345  memory: 47.71GiB(60.32%)  tps: 7,112 …
//   validate step: 50  loss:  5.1422 …
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Torchtitan final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern total(
        R"(^(?:Trainer is initialized with|Training starts at step) .*\btotal steps (?P<total>\d+))");
    static const Pattern begin(R"(^Training starts at step \d+)");
    static const Pattern step(R"(^step: +(?P<step>\d+) +(?P<rest>loss: .*\btps: .*))");
    static const Pattern validation(R"(^validate step: +\d+ +(?P<rest>loss: .*))");
    static const Pattern end(R"(^Training completed$)");
    const auto totals = total.find(line.text);
    const auto total_steps = totals ? totals->number("total") : std::nullopt;
    if (total_steps) report.total_work(*total_steps);
    if (begin.matches(line.text)) {
      report.run_begins();
      return true;
    }
    if (totals) return true;
    if (const auto match = step.find(line.text)) {
      seen_ = true;
      if (const auto done = match->number("step")) report.work_done(*done);
      report_metrics(report, match->text("rest"));
      return true;
    }
    if (const auto match = validation.find(line.text)) {
      report_metrics(report, match->text("rest"), {}, "val");
      return true;
    }
    if (!seen_ || !end.matches(line.text)) return false;
    report.run_ends();
    return true;
  }

 private:
  bool seen_ = false;
};

}  // namespace

extern const FormatType torchtitan_format{
    "torchtitan",     "steps and validation",         Breadth::framework,
    Evidence::stated, {"step", "training completed"}, make_format<Torchtitan>};

}  // namespace joulecast::progress
