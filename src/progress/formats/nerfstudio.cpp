// Nerfstudio: a table of steps with their share of the whole, drawn again and again.
//
//   Step (% Done)       Train Iter (time)    ETA (time)           Train Rays / Sec
//   -----------------------------------------------------------------------------------
//   4090 (13.63%)       43.140 ms            39 s, 300.687 ms     14.86 M
#include <algorithm>
#include <cmath>
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Nerfstudio final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern header(R"(^Step \(% Done\) )");
    static const Pattern ruler(R"(^-{20,})");
    static const Pattern row(R"(^(?P<step>\d+) \((?P<percent>\d+\.\d+)%\)\s+\d)");
    if (header.matches(line.text)) {
      seen_ = true;
      return true;
    }
    if (!seen_) return false;
    if (ruler.matches(line.text)) return true;
    const auto match = row.find(line.text);
    const auto step = match ? match->number("step") : std::nullopt;
    const auto percent = match ? match->number("percent") : std::nullopt;
    if (!step || !percent) return false;
    if (*step <= last_) return true;  // the row was drawn again
    last_ = *step;
    learn_total(*step, *percent);
    report.work_done(*step, total_);
    return true;
  }

 private:
  /// The total that all shares so far are of, once only one round number is left. Shares are rounded to 0.01
  /// %.
  void learn_total(double step, double percent) {
    constexpr double rounding = 0.005;
    if (total_ || percent <= rounding) return;
    least_ = std::max(least_, 100 * step / (percent + rounding));
    most_ = std::min(most_, 100 * step / (percent - rounding));
    for (const double unit : {10000., 5000., 1000., 500., 100., 50., 10.}) {
      const double first = std::ceil(least_ / unit) * unit;
      if (first > most_) continue;
      if (first + unit > most_ && unit * 3 > most_ - least_) total_ = first;
      return;
    }
  }

  bool seen_ = false;
  double last_ = -1;
  double least_ = 0, most_ = 1e12;
  std::optional<double> total_;
};

}  // namespace

extern const FormatType nerfstudio_format{"Nerfstudio",
                                          "steps; their total from the share that is done",
                                          Breadth::framework,
                                          Evidence::stated,
                                          {"% done)", "%)", "-----"},
                                          make_format<Nerfstudio>};

}  // namespace joulecast::progress
