// fairseq. Epochs count from 1 and are printed in three digits.
//
//   begin training epoch 1
//   train_inner | epoch 001:     20 / 100 loss=7.016, nll_loss=6.1, …, num_updates=20, …
//   valid | epoch 001 | valid on 'valid' subset | loss 3.522 | …
//   train | epoch 001 | loss 3.822 | …
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Fairseq final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern begin(R"(begin training epoch (?P<epoch>\d+)$)");
    static const Pattern steps(
        R"(^(?:train_inner )?(?:\| )?epoch (?P<epoch>\d{3,}): +(?P<step>\d+) / (?P<steps>\d+) (?P<rest>.*))");
    static const Pattern result(
        R"(^(?:(?:train|valid|test) )?(?:\| )?epoch (?P<epoch>\d{3,}) \| (?P<rest>.*\b(?:loss|ppl) [\d.]+ .*))");
    static const Pattern no_epoch(
        R"(^(?:end of epoch \d+ \(average|Preparing to save checkpoint for epoch |Saved checkpoint .*\(epoch \d+ @ ))");
    static const Pattern validation(R"re(begin validation on "\w+" subset$)re");
    static const Pattern done(R"(^done training in )");
    report.epochs_count_from(1);
    if (const auto match = begin.find(line.text)) return start(*match, report);
    if (const auto match = steps.find(line.text)) {
      start(*match, report);
      if (const auto step = match->number("step")) report.epoch_steps(*step, match->number("steps"), epoch_);
      report_metrics(report, match->text("rest"), epoch_, "train");
      return true;
    }
    if (const auto match = result.find(line.text)) return read_result(*match, line, report);
    if (!epoch_) return false;
    if (validation.matches(line.text)) {
      report.window_begins("validation");
      return true;
    }
    if (done.matches(line.text)) {
      report.run_ends();
      return true;
    }
    return no_epoch.matches(line.text);
  }

 private:
  bool start(const Match& match, Report& report) {
    const auto epoch = match.whole("epoch");
    if (!epoch) return false;
    if (epoch_ != epoch) report.epoch_begins(*epoch);
    epoch_ = epoch;
    return true;
  }

  bool read_result(const Match& match, const Line& line, Report& report) {
    const auto epoch = match.whole("epoch");
    if (!epoch) return false;
    epoch_ = epoch;
    const bool valid = line.text.find("valid on ") != std::string::npos || line.text.starts_with("valid");
    report_metrics(report, match.text("rest"), epoch, valid ? "val" : "train");
    if (valid) report.window_ends("validation");
    report.epoch_ends(*epoch);
    return true;
  }

  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType fairseq_format{
    "fairseq",        "--log-format simple: epochs, updates and validation", Breadth::framework,
    Evidence::stated, {"epoch", "begin validation on", "done training in"},  make_format<Fairseq>};

}  // namespace joulecast::progress
