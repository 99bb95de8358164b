// WeNet: batches under the number of their epoch, "1/50", whose total is not told.
//
//   INFO Epoch 1 TRAIN info lr 1e-8
//   DEBUG TRAIN Batch 1/50 loss 50.1 loss_att 40.1 loss_ctc 60.1 lr 0.0001 rank 0
//   DEBUG CV Batch 1/0 loss 40.1 history loss 40.1 rank 0
//   INFO Epoch 1 CV info cv_loss 40.1
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class WeNet final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern batch(
        R"(^(?P<set>TRAIN|CV) Batch (?P<epoch>\d+)/(?P<batch>\d+) (?P<figures>loss .*))");
    static const Pattern epoch(R"(^Epoch (?P<epoch>\d+) (?P<set>TRAIN|CV) info (?P<figures>.*))");
    const auto of_batch = batch.find(line.text);
    const auto match = of_batch ? of_batch : epoch.find(line.text);
    const auto number = match ? match->whole("epoch") : std::nullopt;
    if (!number) return false;
    report.epochs_count_from(0);
    const bool training = match->text("set") == "TRAIN";
    if (of_batch && training)
      report.epoch_steps(of_batch->number("batch").value_or(0), {}, number);
    else if (!of_batch && training)
      report.epoch_begins(*number);
    else if (!of_batch)
      report.epoch_ends(*number);
    if (!of_batch || training)
      report_metrics(report, match->text("figures"), number, training ? "train" : "val");
    return true;
  }
};

}  // namespace

extern const FormatType wenet_format{"WeNet",
                                     "epochs, batches and validation",
                                     Breadth::framework,
                                     Evidence::stated,
                                     {" batch ", " info "},
                                     make_format<WeNet>};

}  // namespace joulecast::progress
