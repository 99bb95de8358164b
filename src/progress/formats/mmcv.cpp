// mmcv and mmengine: mmdetection, mmsegmentation, mmpretrain and their kin.
//
//   mmcv 1     workflow: [('train', 1)], max: 12 epochs
//              Epoch [1][50/7330]  lr: 1e-02, eta: …, loss: 0.52      Epoch(val) [1][5000]  bbox_mAP: 0.112
//              Iter [50/80000]     lr: …                              Iter(val) [500]  mIoU: 0.41
//   mmengine   Epoch(train)  [1][ 50/7330]  lr: 1e-02  eta: …  loss: 0.52
//              Epoch(val) [1][5000/5000]    coco/bbox_mAP: 0.112
//              Iter(train) [ 50/80000]  lr: …                         Iter(val) [500/500]    mIoU: 41.2
// Epochs count from 1.
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Mmcv final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    report.epochs_count_from(1);
    return read_total(line, report) || read_training(line, report) || read_validation(line, report);
  }

 private:
  bool read_total(const Line& line, Report& report) {
    static const Pattern workflow(R"((?:^workflow: |^)\[\(.*\], max: (?P<total>\d+) (?P<unit>epochs|iters))");
    static const Pattern settings(
        R"(^(?:(?:train_cfg|runner) = dict\(.*)?\bmax_(?P<unit>epochs|iters)=(?P<total>\d+)(?:,|\)))");
    auto match = workflow.find(line.text);
    if (!match) match = settings.find(line.text);
    const auto total = match ? match->number("total") : std::nullopt;
    if (!total) return false;
    if (match->text(std::size_t{0}).starts_with("max_")) report.guess();  // may be anybody's setting
    if (match->text("unit") == "epochs")
      report.total_epochs(*total);
    else
      report.total_work(*total);
    return true;
  }

  bool read_training(const Line& line, Report& report) {
    static const Pattern epoch_steps(
        R"(^Epoch(?:\(train\))?\s+\[(?P<epoch>\d+)\]\[ *(?P<step>\d+)/(?P<steps>\d+)\]\s+(?P<rest>\S.*))");
    static const Pattern steps(
        R"(^Iter(?:\(train\))?\s+\[ *(?P<step>\d+)/(?P<steps>\d+)\]\s+(?P<rest>\S.*))");
    static const Pattern saving(R"(^Saving checkpoint at (?P<epoch>\d+) (?P<unit>epochs|iterations)$)");
    if (const auto match = epoch_steps.find(line.text)) {
      const auto epoch = match->whole("epoch");
      const auto step = match->number("step");
      if (!epoch || !step) return false;
      if (epoch_ != epoch) report.epoch_begins(*epoch);
      epoch_ = epoch;
      validating_ = false;
      report.epoch_steps(*step, match->number("steps"), epoch);
      report_metrics(report, match->text("rest"), epoch, "train");
      if (step == match->number("steps")) report.epoch_ends(*epoch);
      return true;
    }
    if (const auto match = steps.find(line.text)) {
      validating_ = false;
      counts_steps_ = true;
      if (const auto step = match->number("step")) report.work_done(*step, match->number("steps"));
      report_metrics(report, match->text("rest"), {}, "train");
      return true;
    }
    const auto match = saving.find(line.text);
    if (!match) return false;
    const auto epoch = match->whole("epoch");
    if (epoch && epoch == epoch_ && match->text("unit") == "epochs") report.epoch_ends(*epoch);
    return true;
  }

  bool read_validation(const Line& line, Report& report) {
    static const Pattern validation(
        R"(^(?:Epoch|Iter)\((?:val|test)\)\s+(?:\[(?P<epoch>\d+)\])?\[ *[\d/]+\]\s*(?P<rest>.*))");
    static const Pattern bar(R"(^\[[> ]*\] \d+/\d+, (?:[\d.]+ task/s, )?elapsed: )");
    if (bar.matches(line.text)) {
      begin_validation(report);
      return true;
    }
    const auto match = validation.find(line.text);
    if (!match) return false;
    if (match->text("rest").find("eta: ") != std::string_view::npos) {
      begin_validation(report);
      return true;
    }
    if (validating_) report.window_ends("validation");
    validating_ = false;
    const auto epoch = counts_steps_ ? std::nullopt : match->whole("epoch");
    report_metrics(report, match->text("rest"), epoch, "val");
    if (epoch && epoch == epoch_) report.epoch_ends(*epoch);
    return true;
  }

  void begin_validation(Report& report) {
    if (!validating_) report.window_begins("validation");
    validating_ = true;
  }

  std::optional<int> epoch_;
  bool counts_steps_ = false;
  bool validating_ = false;
};

}  // namespace

extern const FormatType mmcv_format{"mmcv, mmengine",
                                    "mmcv 1 and mmengine, by epochs and by iterations, with validation",
                                    Breadth::framework,
                                    Evidence::stated,
                                    {"epoch", "iter", ", elapsed: "},
                                    make_format<Mmcv>};

}  // namespace joulecast::progress
