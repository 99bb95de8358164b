// Flair. Epochs count from 1; what is said of the development set belongs to the epoch.
//
//   epoch 1 - iter 6/60 - loss 0.43300976 - time (sec): 2.00 - …
//   EPOCH 1 done: loss 0.2947 - lr: 0.100000
//   DEV : loss 0.26794063 - f1-score (micro avg)  0.49
//    - 0 epochs without improvement
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Flair final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern settings(R"re(^(?:- max_epochs: "?|max_epochs: ")(?P<total>\d+)"?$)re");
    static const Pattern steps(
        R"(^epoch (?P<epoch>\d+) - iter (?P<step>\d+)/(?P<steps>\d+) - (?P<rest>loss .*))");
    static const Pattern done(R"(^EPOCH (?P<epoch>\d+) done: (?P<rest>loss .*))");
    static const Pattern evaluation(R"(^(?P<set>DEV|TEST|TRAIN) ?: (?P<rest>loss .*))");
    static const Pattern after(
        R"(^(?:(?:- )?\d+ epochs without improvement|BAD EPOCHS \(no improvement\): \d+))");
    report.epochs_count_from(1);
    if (const auto match = settings.find(line.text)) {
      if (const auto total = match->number("total")) report.total_epochs(*total);
      return true;
    }
    if (const auto match = steps.find(line.text)) {
      const auto epoch = match->whole("epoch");
      if (!epoch) return false;
      if (epoch_ != epoch) report.epoch_begins(*epoch);
      epoch_ = epoch;
      if (const auto step = match->number("step")) report.epoch_steps(*step, match->number("steps"), epoch);
      report_metrics(report, match->text("rest"), epoch, "train");
      return true;
    }
    if (!epoch_) return false;
    if (const auto match = done.find(line.text)) {
      report_metrics(report, match->text("rest"), epoch_, "train");
    } else if (const auto evaluated = evaluation.find(line.text)) {
      const auto set = evaluated->text("set");
      report_metrics(report, evaluated->text("rest"), epoch_,
                     set == "DEV"    ? "val"
                     : set == "TEST" ? "test"
                                     : "train");
    } else if (!after.matches(line.text)) {
      return line.text == "saving best model";
    }
    report.epoch_ends(*epoch_);
    return true;
  }

 private:
  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType flair_format{"Flair",
                                     "epochs, iterations and evaluations",
                                     Breadth::framework,
                                     Evidence::stated,
                                     {"epoch", "dev :", "test :", "train :", "saving best model"},
                                     make_format<Flair>};

}  // namespace joulecast::progress
