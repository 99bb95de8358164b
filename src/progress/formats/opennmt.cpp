// OpenNMT-py. Steps count from 1.
//
//   Step 50/  300; acc:  15.0; ppl: 154.8; xent: 5.0; lr: 1.00000; sents: 3200; …
//   Validation perplexity: 27.719
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class OpenNmt final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern step(R"(^Step (?P<step>\d+)/ *(?P<steps>\d+); (?P<rest>acc: .*))");
    static const Pattern result(R"(^(?:Train|Validation) (?:perplexity|accuracy): )");
    static const Pattern checkpoint(R"(^Saving checkpoint .*_step_\d+\.pt$)");
    if (const auto match = step.find(line.text)) {
      seen_ = true;
      if (const auto done = match->number("step")) report.work_done(*done, match->number("steps"));
      report_metrics(report, match->text("rest"));
      return true;
    }
    if (!seen_) return false;
    if (result.matches(line.text)) {
      report_metrics(report, line.text);
      return true;
    }
    return checkpoint.matches(line.text);
  }

 private:
  bool seen_ = false;
};

}  // namespace

extern const FormatType opennmt_format{"OpenNMT-py",
                                       "steps and validation",
                                       Breadth::framework,
                                       Evidence::stated,
                                       {"step", "perplexity", "accuracy"},
                                       make_format<OpenNmt>};

}  // namespace joulecast::progress
