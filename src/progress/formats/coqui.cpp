// Coqui's Trainer, of its TTS: epochs count from 0, and behind them stands how many there are.
//
//    > EPOCH: 0/1000
//    > TRAINING (2023-08-01 10:00:00)
//      --> STEP: 25/406 -- GLOBAL_STEP: 25
//        | > loss: 1.23  (1.5)
//    > EVALUATION
//      --> STEP: 5
//     --> EVAL PERFORMANCE
//        | > avg_loss: 1.1 (+0.0)
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Coqui final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern epoch(R"(^> EPOCH: (?P<epoch>\d+)/(?P<epochs>\d+)$)");
    static const Pattern step(R"(^--> STEP: (?P<step>\d+)(?:/(?P<steps>\d+) -- GLOBAL_STEP: \d+)?$)");
    static const Pattern figure(R"(^\| > (?:avg_)?(?P<figure>\w*loss\w*: -?[\d.]+))");
    report.epochs_count_from(0);
    if (const auto match = epoch.find(line.text)) {
      epoch_ = match->whole("epoch");
      evaluating_ = evaluated_ = false;
      if (epoch_) report.epoch_begins(*epoch_, match->number("epochs"));
      return true;
    }
    if (!epoch_) return false;
    if (line.text == "> EVALUATION") {
      evaluating_ = true;
      report.window_begins("validation");
      return true;
    }
    if (const auto match = step.find(line.text)) {
      const auto steps = match->number("steps");
      if (const auto done = match->number("step"); done && steps && !evaluating_)
        report.epoch_steps(*done, steps, epoch_);
      return true;
    }
    if (line.text == "--> EVAL PERFORMANCE") {
      report.window_ends("validation");
      report.epoch_ends(*epoch_);
      evaluated_ = true;
      return true;
    }
    const auto match = figure.find(line.text);
    if (match && evaluated_) report.epoch_ends(*epoch_);  // it lasts until its last figure
    if (match) report_metrics(report, match->text("figure"), epoch_, evaluating_ ? "val" : "train");
    return line.text.starts_with("| > ");
  }

 private:
  std::optional<int> epoch_;
  bool evaluating_ = false;
  bool evaluated_ = false;
};

}  // namespace

extern const FormatType coqui_format{"Coqui",
                                     "Coqui's TTS and Trainer",
                                     Breadth::framework,
                                     Evidence::stated,
                                     {"> epoch: ", "> evaluation", "--> ", "| > "},
                                     make_format<Coqui>};

}  // namespace joulecast::progress
