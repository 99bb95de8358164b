// MaxText. Steps count from 0.
//
//   Config param steps: 50
//   completed step: 0, seconds: 12.100, TFLOP/s/device: 412.103, …, loss: 9.000
//   eval metrics after step: 49, loss=5.1, total_weights=…
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class MaxText final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern settings(R"(^Config param (?P<name>\w+): (?P<value>.*))");
    static const Pattern step(R"(^completed step: (?P<step>\d+), (?P<rest>seconds: .*))");
    static const Pattern evaluation(R"(^eval metrics after step: \d+, (?P<rest>loss=.*))");
    if (const auto match = settings.find(line.text)) {
      if (match->text("name") == "steps") total_ = match->number("value");
      return true;
    }
    if (const auto match = step.find(line.text)) {
      if (const auto done = match->number("step")) report.work_done(*done, total_);
      report_metrics(report, match->text("rest"));
      return true;
    }
    const auto match = evaluation.find(line.text);
    if (match) report_metrics(report, match->text("rest"), {}, "val");
    return match.has_value();
  }

 private:
  std::optional<double> total_;
};

}  // namespace

extern const FormatType maxtext_format{"MaxText",        "steps and evaluation",   Breadth::framework,
                                       Evidence::stated, {"step", "config param"}, make_format<MaxText>};

}  // namespace joulecast::progress
