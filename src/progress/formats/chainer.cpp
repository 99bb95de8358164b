// Chainer's ProgressBar: three rows, drawn again in place.
//
//        total [##########........................................] 20.00%
//   this epoch [..................................................]  0.00%
//          600 iter, 1 epoch / 5 epochs
//       123.4 iters/sec. Estimated time to finish: 0:00:19.4.
//
// The first says how far the whole training is, the third of how much.
#include <cmath>
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Chainer final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern total(R"(^total \[#*\.*\] +(?P<percent>[\d.]+)%$)");
    static const Pattern of_epoch(R"(^this epoch \[#*\.*\] +[\d.]+%$)");
    static const Pattern counts(
        R"(^(?P<iteration>\d+) iter, \d+ epoch / (?P<total>[\d.]+) (?P<unit>epoch|iteration)s?$)");
    static const Pattern pace(R"(^(?:[\d.]+|inf) iters/sec\. Estimated time to finish: )");
    if (const auto match = total.find(line.text)) {
      percent_ = match->number("percent");
      return true;
    }
    if (!percent_) return false;
    if (const auto match = counts.find(line.text)) {
      const auto all = match->number("total");
      if (all && *all > 0) {
        const auto done = match->number("iteration");
        if (match->text("unit") == "epoch")
          report_epochs(*percent_ / 100 * *all, *all, report);
        else if (done)
          report.work_done(*done, *all);
      }
      return true;
    }
    return of_epoch.matches(line.text) || pace.matches(line.text);
  }

 private:
  /// The rows of PrintReport end the epochs. The percentage is rounded: 33.33 % of three are one.
  static void report_epochs(double done, double all, Report& report) {
    const double whole = std::round(done);
    const double rounding = all / 5000;
    if (std::abs(done - whole) > rounding)
      report.epoch_steps(done - std::floor(done), 1, static_cast<int>(std::floor(done)) + 1);
    report.total_epochs(all);
  }

  std::optional<double> percent_;
};

}  // namespace

extern const FormatType chainer_format{
    "Chainer",        "epochs and iterations by its ProgressBar",        Breadth::framework,
    Evidence::stated, {"total [", "this epoch", " iter, ", "iters/sec"}, make_format<Chainer>};

}  // namespace joulecast::progress
