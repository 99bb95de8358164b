// Keras' fit(): "Epoch 1/4", then a bar or a line of steps that is drawn again when the validation is over.
//
//   Epoch 1/4
//   12/80 [===>......................] - ETA: 1s - loss: 0.6931
//   80/80 - 1s - 40ms/step - loss: 0.5978 - val_loss: 0.4935
//
// evaluate() and predict() draw the same bars after it, and callbacks print "Epoch 1: val_loss improved …". A
// fit of one epoch announces none: its bar alone looks like an evaluation's. A loop of somebody's own may
// draw them, too (Progbar), beneath headings of its own.
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
    static const Pattern other(
        R"((?i)^\W*(?:(?:start|begin)\w*(?: of)? )?epoch[ :#]*(?P<epoch>\d+)(?: ?(?:/|of) ?\d+)?\W*$)");
    static const Pattern steps(
        R"(^(?P<step>\d+)/(?:(?P<steps>\d+)\s+(?:\[[=>.]+\]|[━]+|- )|Unknown\s)\s*(?:- )?(?:ETA: |\d))");
    static const Pattern figures(R"((?i)^\W*(?:test|val|eval|score)\w*\b[^:=]{0,40}[:=]? *\(?-?\d)");
    if (const auto match = begin.find(line.text)) return line.ended && read_begin(*match, report);
    if (callback.matches(line.text)) return true;
    if (const auto match = other.find(line.text)) {
      loops_epoch_ = match->whole("epoch");
      steps_.reset();
      return false;
    }
    // What a script prints after fit() or in callbacks of its own does not end an epoch.
    if (confirmed_ && figures.matches(line.text)) return true;
    const auto match = steps.find(line.text);
    if (!match) return false;
    const auto step = match->number("step");
    if (!step) return false;
    if (epoch_)
      read_steps(*step, match->number("steps"), line, report);
    else if (loops_epoch_)
      read_steps_of_loop(*step, match->number("steps"), line, report);
    else
      read_unannounced(*step, match->number("steps"), line, report);
    return true;
  }

 private:
  /// Other loops print the same heading. Until Keras' own steps were seen they may read it, too; from the
  /// second one on they alone, who know whether it begins or ends its epoch.
  bool read_begin(const Match& match, Report& report) {
    const auto epoch = match.whole("epoch");
    if (epoch == 0) from_zero_ = true;  // Keras counts from 1
    if (!epoch || from_zero_) return false;
    const bool is_of_another = epoch_ && !confirmed_;
    const auto total = match.number("total");
    // fit(epochs=3), then fit(epochs=8, initial_epoch=3): another phase, which counts on.
    const bool goes_on = confirmed_ && total_ && *epoch_ >= *total_ && *epoch > *epoch_ && total != total_;
    epoch_ = epoch;
    total_ = total;
    steps_.reset();
    over_ = false;
    if (is_of_another) return false;
    if (goes_on) report.phase_begins({});
    report.epochs_count_from(1);
    report.epoch_begins(*epoch, total);
    return confirmed_;
  }

  void read_steps(double step, std::optional<double> total, const Line& line, Report& report) {
    confirmed_ = true;
    const bool validated = line.text.find("val_") != std::string::npos;
    // evaluate() and predict() count batches of their own.
    if (over_ && !validated) return;
    if (steps_ && total && *steps_ != *total) return;
    if (total) steps_ = total;
    report.epoch_steps(step, total, epoch_);
    // "40/Unknown" becomes "40/40" at the end.
    if (step != total && !validated) return;
    for (const auto& [name, value] : find_metrics(line.text)) report.metric(name, value, epoch_);
    report.epoch_ends(*epoch_);
    over_ = over_ || line.ended;
  }

  /// The second bar of an epoch is another thing's. When the epoch ends the loop's own lines tell.
  void read_steps_of_loop(double step, std::optional<double> total, const Line& line, Report& report) {
    if (steps_ && total != steps_) return;
    steps_ = total;
    report.epoch_steps(step, total, loops_epoch_);
    if (step != total) return;
    for (const auto& [name, value] : find_metrics(line.text)) report.metric(name, value, loops_epoch_);
  }

  /// A fit of one epoch, an evaluate() or a predict(), which has no figures.
  void read_unannounced(double step, std::optional<double> total, const Line& line, Report& report) {
    const auto metrics = find_metrics(line.text);
    if (metrics.empty()) return;
    report.guess();
    report.epochs_count_from(1);
    if (!running_) report.phase_begins({});
    if (!running_) report.epoch_begins(1, 1);
    running_ = true;
    report.epoch_steps(step, total, 1);
    if (!line.ended || step != total) return;
    running_ = false;
    report.epoch_ends(1, 1);
    for (const auto& [name, value] : metrics) report.metric(name, value, 1);
  }

  bool confirmed_ = false;
  std::optional<int> loops_epoch_;  ///< of a heading that is not Keras'
  bool from_zero_ = false;
  std::optional<int> epoch_;
  std::optional<double> total_;  ///< of epochs, by the last heading
  std::optional<double> steps_;  ///< of this epoch
  bool over_ = false;            ///< the epoch's line has got its end
  bool running_ = false;         ///< an unannounced bar
};

}  // namespace

extern const FormatType keras_format{"Keras",
                                     "Keras 2 and 3: verbose 1 and 2, several fits, callbacks",
                                     Breadth::framework,
                                     Evidence::stated,
                                     {"epoch", "/", "loss", "acc", "score"},
                                     make_format<Keras>};

}  // namespace joulecast::progress
