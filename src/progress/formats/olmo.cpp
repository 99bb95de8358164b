// OLMo. Steps count from 1; their figures stand on lines below.
//
//   [step=1/40,epoch=0]
//       train/CrossEntropyLoss=8.884
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Olmo final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern step(R"(\[step=(?P<step>[\d,]+)/(?P<steps>[\d,]+),epoch=\d+)");
    static const Pattern figure(R"(^[\w-]+(?:/[\w .()-]+)+=[-+.,\de]+$)");
    if (const auto match = step.find(line.text)) {
      seen_ = true;
      if (const auto done = match->number("step")) report.work_done(*done, match->number("steps"));
      return true;
    }
    if (!seen_ || !figure.matches(line.text)) return false;
    report_metrics(report, line.text);
    return true;
  }

 private:
  bool seen_ = false;
};

}  // namespace

extern const FormatType olmo_format{"OLMo",
                                    "steps and the figures below them",
                                    Breadth::framework,
                                    Evidence::stated,
                                    {"step=", "/"},
                                    make_format<Olmo>};

}  // namespace joulecast::progress
