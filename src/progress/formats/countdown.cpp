// Loops that count their epochs down: "Epochs left: 9", "Loss 0.3, 9 epochs to go".
#include <cmath>
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Countdown final : public Format {
 public:
  /// Whether the first line ended an epoch, and whether the
  /// last says 1 or 0, is not sure.
  bool read(const Line& line, Report& report) override {
    static const Pattern left(
        R"((?:\bepochs? (?:left|remaining|to go)\s*[:=]?\s*(?P<named>\d+)\b|\b(?:remaining|left) epochs?\s*[:=]?\s*(?P<after>\d+)\b|\b(?P<before>\d+) (?:more )?epochs? (?:left|remaining|to go)\b))");
    static const Pattern other(
        R"(\b(?:patience|early|stop\w*|until|before|improv\w*)\b|epochs? ?[:#=\[]? ?\d+ ?(?:/|of))");
    if (line.lowered.find("epoch") == std::string::npos) return false;
    const auto match = left.find(line.lowered);
    if (!match || other.matches(line.lowered)) return false;
    double now = 0;
    for (const auto* group : {"named", "after", "before"})
      if (const auto number = match->number(group)) now = *number;
    const auto metrics = find_metrics(line.text);
    if (!counted_from_) {
      counted_from_ = now;
      const auto is_round = [](double count) { return std::fmod(count, 5) == 0; };
      first_is_over_ = is_round(now + 1) || !metrics.empty();
      counts_to_zero_ = is_round(now + 1) || (first_is_over_ && !is_round(now));
    }
    report.guess();
    const double total = *counted_from_ + (counts_to_zero_ ? 1 : 0);
    const int epoch = static_cast<int>(*counted_from_ - now) + 1;
    if (now > *counted_from_ || epoch > total) return true;
    if (first_is_over_)
      report.epoch_ends(epoch, total);
    else
      report.epoch_begins(epoch, total);
    for (const auto& [name, value] : metrics) report.metric(name, value);
    return true;
  }

 private:
  std::optional<double> counted_from_;  ///< the first number
  bool first_is_over_ = false;
  bool counts_to_zero_ = false;
};

}  // namespace

extern const FormatType countdown_format{"countdown",   "epochs that are left, by name: \"Epochs left: 9\"",
                                         Breadth::loop, Evidence::guessed,
                                         {"epoch"},     make_format<Countdown>};

}  // namespace joulecast::progress
