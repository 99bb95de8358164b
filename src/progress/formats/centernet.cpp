// CenterNet, and what was made from it (CenterTrack, FairMOT): bars of the package "progress".
//
//   ctdet/coco_dla |################                | train: [1][10/51]|Tot: 0:00:10 |ETA: 0:00:20 |loss 5.12
//   |…
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class CenterNet final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern bar(
        R"(\| (?P<set>train|val): \[(?P<epoch>\d+)\]\[(?P<done>\d+)/(?P<total>\d+)\]\|Tot: [^|]*\|ETA: [^|]*(?P<figures>.*))");
    const auto match = bar.find(line.text);
    const auto epoch = match ? match->whole("epoch") : std::nullopt;
    if (!epoch) return false;
    report.epochs_count_from(1);
    const auto done = match->number("done").value_or(0);
    const auto total = match->number("total");
    const bool full = total && done + 1 >= *total;  // the last of 51 is 50
    if (match->text("set") == "val") {
      if (full) report.epoch_ends(*epoch);
      return true;
    }
    report.epoch_steps(done + 1, total, epoch);
    report_metrics(report, match->text("figures"), epoch, "train");
    if (full) report.epoch_ends(*epoch);
    return true;
  }
};

}  // namespace

extern const FormatType centernet_format{"CenterNet",        "CenterNet, CenterTrack and FairMOT",
                                         Breadth::framework, Evidence::stated,
                                         {"]|tot: "},        make_format<CenterNet>};

}  // namespace joulecast::progress
