// Keras' fit(): "Epoch 1/4", then a bar or a line of steps that is drawn again when the validation is over.
//
//   Epoch 1/4
//   12/80 [===>......................] - ETA: 1s - loss: 0.6931
//   80/80 - 1s - 40ms/step - loss: 0.5978 - val_loss: 0.4935
//
// evaluate() and predict() draw the same bars after it, and callbacks print "Epoch 1: val_loss improved …".
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Keras final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern begin(R"(^Epoch (?P<epoch>\d+)/(?P<total>\d+)$)");
    static const Pattern callback(
        R"((?i)^(?:Epoch \d+: (?:\w+ (?:improved|did not improve)|finished saving|saving|early stopping|LearningRateScheduler|ReduceLROnPlateau|Terminated)|Restoring model weights))");
    static const Pattern steps(
        R"(^(?P<step>\d+)/(?P<steps>\d+|Unknown)\s+(?:\[[=>.]+\]|[━ ]+|- )\s*(?:- )?(?:ETA: |\d))");
    if (const auto match = begin.find(line.text)) {
      const auto epoch = match->whole("epoch");
      if (!epoch || *epoch < 1) return false;  // Keras counts from 1
      epoch_ = epoch;
      steps_.reset();
      over_ = false;
      report.epochs_count_from(1);
      report.epoch_begins(*epoch, match->number("total"));
      return true;
    }
    if (callback.matches(line.text)) return true;
    const auto match = steps.find(line.text);
    if (!match) return false;
    read_steps(*match, line, report);
    return true;
  }

 private:
  void read_steps(const Match& match, const Line& line, Report& report) {
    const auto step = match.number("step");
    if (!step || !epoch_) return;  // a fit of a single epoch announces none
    const auto total = match.number("steps");
    const bool validated = line.text.find("val_") != std::string::npos;
    // evaluate() and predict() count batches of their own.
    if (over_ && !validated) return;
    if (steps_ && total && *steps_ != *total) return;
    if (total) steps_ = total;
    report.epoch_steps(*step, total, epoch_);
    if (total && step != total && !validated) return;
    for (const auto& [name, value] : find_metrics(line.text)) report.metric(name, value, epoch_);
    if (!total && !validated && !line.ended) return;
    report.epoch_ends(*epoch_);
    over_ = over_ || line.ended;
  }

  std::optional<int> epoch_;
  std::optional<double> steps_;  ///< of this epoch
  bool over_ = false;            ///< the epoch's line has got its end
};

}  // namespace

extern const FormatType keras_format{"Keras",
                                     "Keras 2 and 3: verbose 1 and 2, several fits, callbacks",
                                     Breadth::framework,
                                     Evidence::stated,
                                     {"epoch", "/"},
                                     make_format<Keras>};

}  // namespace joulecast::progress
