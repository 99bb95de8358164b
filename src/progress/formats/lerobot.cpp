// LeRobot's train.py. Counts above 999 are printed in thousands, so the steps between are not told.
//
//   cfg.steps=100000 (100K)
//   Start offline training on a fixed dataset
//   step:200 smpl:2K ep:8 epch:0.16 loss:2.806 grdn:14.267 lr:1.0e-05 updt_s:1.278 data_s:0.010
//
// "ep" are episodes that were seen, "epch" epochs.
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class LeRobot final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern setting(R"((?:^| )cfg\.steps=(?P<total>\d+)\b)");
    static const Pattern start(R"((?:^| )Start (?:offline|online) training\b)");
    static const Pattern step(
        R"((?:^| )step:(?P<step>\d+(?:\.\d+)?[KMB]?) smpl:\S+ ep:\S+ epch:\S+ (?P<rest>.*))");
    if (const auto match = setting.find(line.text)) {
      total_ = match->number("total");
      if (total_) report.total_work(*total_);
      return true;
    }
    if (start.matches(line.text)) {
      report.run_begins();
      return true;
    }
    const auto match = step.find(line.text);
    const auto done = match ? match->number("step") : std::nullopt;
    if (!done) return false;
    if (total_ && *done > *total_) total_.reset();
    // Of several lines in the same thousand the first is nearest to it.
    if (done != last_) report.work_done(*done, total_);
    last_ = done;
    report_metrics(report, match->text("rest"));
    return true;
  }

 private:
  std::optional<double> total_, last_;
};

}  // namespace

extern const FormatType lerobot_format{
    "LeRobot",        "steps of its training; thousands of them", Breadth::framework,
    Evidence::stated, {"cfg.steps", "start o", "smpl:"},          make_format<LeRobot>};

}  // namespace joulecast::progress
