// tqdm-loggable, which writes bars as lines where there is no terminal; Levanter and other trainers on
// clusters use it.
//
//   Progress on:train 1.20kit/10.0kit rate:1.2it/s remaining:2:17:00 elapsed:01:40 postfix:loss=8.123
//
// Levanter's bar "train" counts the steps of the whole training. What others count their titles tell.
#include <string>

#include "base/text.hpp"
#include "progress/bar_progress.hpp"
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class TqdmLoggable final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    levanter_ = levanter_ || line.full.find("levanter") != std::string::npos;
    static const Pattern progress(
        R"(Progress on:(?P<title>.*?) *(?P<done>\d[\d.,]*[kKMG]?) ?(?P<unit>[A-Za-z]*)/(?P<total>\d[\d.,]*[kKMG]?) ?[A-Za-z]* +rate:(?:.*?postfix:(?P<figures>.*))?)");
    const auto match = progress.find(line.full);
    if (!match) return false;
    const auto done = match->number("done"), total = match->number("total");
    if (!done || !total) return true;
    if (levanter_ && match->text("title") == "train") {
      report.work_done(*done, *total);
      report_metrics(report, match->text("figures"));
      return true;
    }
    Bar bar;
    bar.title = trim(match->text("title"));
    bar.done = *done;
    bar.total = total;
    bar.unit = match->text("unit");
    bar.figures = match->text("figures");
    bars_.read(bar, line, report);
    return true;
  }

 private:
  bool levanter_ = false;
  BarProgress bars_;
};

}  // namespace

extern const FormatType tqdm_loggable_format{
    "tqdm-loggable",  "bars as lines; Levanter's steps", Breadth::framework,
    Evidence::stated, {"progress on:", "levanter"},      make_format<TqdmLoggable>};

}  // namespace joulecast::progress
