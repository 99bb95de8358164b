// ESPnet 2: the epochs' numbers stand before the word.
//
//   INFO: 3/200epoch started. Estimated time to finish: 1 hour, 31 minutes and 58.52 seconds
//   INFO: 3epoch:train:1-10batch: iter_time=0.007, forward_time=0.156, loss=41.992, acc=0.682, …
//   INFO: 3epoch results: [train] loss=50.1, acc=0.2, …, [valid] loss=40.2, acc=0.3, …
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class EspNet final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern started(R"((?:^|\s)(?P<epoch>\d+)/(?P<total>\d+)epoch started\b)");
    static const Pattern batches(
        R"((?:^|\s)(?P<epoch>\d+)epoch:train:\d+-(?P<step>\d+)batch: (?P<figures>.*))");
    static const Pattern results(
        R"((?:^|\s)(?P<epoch>\d+)epoch results: \[train\] (?P<train>.*?)(?:, \[valid\] (?P<valid>.*))?$)");
    report.epochs_count_from(1);
    if (const auto match = started.find(line.text)) {
      report.epoch_begins(match->whole("epoch").value_or(0), match->number("total"));
      return true;
    }
    if (const auto match = batches.find(line.text)) {
      const int epoch = match->whole("epoch").value_or(0);
      report.epoch_steps(match->number("step").value_or(0), {}, epoch);
      report_metrics(report, match->text("figures"), epoch, "train");
      return true;
    }
    const auto match = results.find(line.text);
    if (!match) return false;
    const int epoch = match->whole("epoch").value_or(0);
    report.epoch_ends(epoch);
    report_metrics(report, match->text("train"), epoch, "train");
    report_metrics(report, match->text("valid"), epoch, "val");
    return true;
  }
};

}  // namespace

extern const FormatType espnet_format{
    "ESPnet",         "ESPnet 2: epochs, batches and results",      Breadth::framework,
    Evidence::stated, {"epoch:", "epoch started", "epoch results"}, make_format<EspNet>};

}  // namespace joulecast::progress
