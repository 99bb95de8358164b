// JAX programs that log through CLU (Flax's examples, Big Vision, Scenic).
//
//   [80] loss=0.265124, steps_per_second=412.300, epoch=0.50 (10.0%)
//   Setting work unit notes: 6.2 steps/s, 4.0% (200/5000), ETA: 13m
//   Steps:100/5000 [2.0%]
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Flax final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern notes(
        R"(^(?:Setting work unit notes|NOTE): .*\b(?P<percent>[\d.]+)% \((?P<step>\d+)/(?P<total>\d+)\))");
    static const Pattern steps(R"(^Steps: ?(?P<step>\d+)/(?P<total>\d+) \[[\d.]+%\])");
    static const Pattern values(R"(^\[(?P<step>\d+)\] (?P<rest>[\w/.-]+ ?=[-+\d].*))");
    static const Pattern settings(R"(^\[\d+\] (?:Hyperparameters|Got texts|Got \d+ ))");
    auto match = notes.find(line.text);
    if (!match) match = steps.find(line.text);
    if (match) {
      if (const auto step = match->number("step")) report.work_done(*step, match->number("total"));
      return true;
    }
    if (settings.matches(line.text)) return true;
    match = values.find(line.text);
    if (!match) return false;
    if (const auto step = match->number("step")) report.work_done(*step);
    report_metrics(report, match->text("rest"));
    return true;
  }
};

}  // namespace

extern const FormatType flax_format{"Flax, CLU",
                                    "steps of CLU's LoggingWriter and ReportProgress",
                                    Breadth::framework,
                                    Evidence::stated,
                                    {"]", "work unit notes", "note:"},
                                    make_format<Flax>};

}  // namespace joulecast::progress
