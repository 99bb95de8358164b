// YOLOX. Epochs and iterations count from 1.
//
//   ---> start train epoch1
//   epoch: 1/300, iter: 10/925, gpu mem: 6114Mb, …, total_loss: 5.0, …
//   Save weights to …       100%|####| 10/10 [00:03<00:00]       Average Precision  (AP) …
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Yolox final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern begin(R"(^-+> start train epoch ?(?P<epoch>\d+)$)");
    static const Pattern steps(
        R"(^epoch: (?P<epoch>\d+)/(?P<total>\d+), iter: (?P<step>\d+)/(?P<steps>\d+), (?P<rest>.*))");
    static const Pattern done(R"(^Training of experiment is done)");
    static const Pattern saving(R"(^Save weights to )");
    static const Pattern evaluated(R"(^Average (?:Precision|Recall) )");
    report.epochs_count_from(1);
    if (const auto match = begin.find(line.text)) {
      epoch_ = match->whole("epoch");
      trained_ = false;
      if (epoch_) report.epoch_begins(*epoch_);
      return true;
    }
    if (const auto match = steps.find(line.text)) {
      epoch_ = match->whole("epoch");
      trained_ = false;
      if (const auto total = match->number("total"); total && !told_total_) report.total_epochs(*total);
      told_total_ = true;
      if (const auto step = match->number("step")) report.epoch_steps(*step, match->number("steps"), epoch_);
      report_metrics(report, match->text("rest"), epoch_, "train");
      return true;
    }
    if (!epoch_) return false;
    if (done.matches(line.text)) {
      report.run_ends();
      return true;
    }
    const bool saved = saving.matches(line.text);
    if (saved && trained_) return true;  // the best one, after the evaluation
    if (saved || evaluated.matches(line.text)) {
      trained_ = true;
      report.epoch_ends(*epoch_);
      return true;
    }
    return trained_ && line.text.find("%|") != std::string::npos;  // the evaluation's bar
  }

 private:
  std::optional<int> epoch_;
  bool trained_ = false;  ///< what follows is the evaluation
  bool told_total_ = false;
};

}  // namespace

extern const FormatType yolox_format{"YOLOX",
                                     "epochs, iterations and evaluation",
                                     Breadth::framework,
                                     Evidence::stated,
                                     {"epoch", "weights", "average ", "%|", "experiment is done"},
                                     make_format<Yolox>};

}  // namespace joulecast::progress
