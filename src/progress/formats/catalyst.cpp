// Catalyst: what it tells of an epoch at its end. Its bars, "1/3 * Epoch (train)", are tqdm's.
//
//   train (1/3) accuracy: 0.81 | accuracy/std: 0.1 | loss: 0.9 | loss/mean: 0.9 | lr: 0.001
//   valid (1/3) accuracy: 0.71 | loss: 0.8
//   * Epoch (1/3)
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Catalyst final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern result(
        R"(^(?P<set>train|valid|infer)\w* \((?P<epoch>\d+)/(?P<total>\d+)\) (?P<figures>\S.* \| .*))");
    static const Pattern over(R"(^\* Epoch \((?P<epoch>\d+)/(?P<total>\d+)\))");
    const auto of_set = result.find(line.text);
    const auto match = of_set ? of_set : over.find(line.text);
    const auto epoch = match ? match->whole("epoch") : std::nullopt;
    if (!epoch) return false;
    report.epochs_count_from(1);
    report.epoch_ends(*epoch, match->number("total"));
    if (of_set)
      report_metrics(report, of_set->text("figures"), epoch,
                     of_set->text("set") == "train" ? "train" : "val");
    return true;
  }
};

}  // namespace

extern const FormatType catalyst_format{
    "Catalyst",       "epochs and their figures; its bars are tqdm's", Breadth::framework,
    Evidence::stated, {"* epoch (", "train (", "valid (", "infer ("},  make_format<Catalyst>};

}  // namespace joulecast::progress
