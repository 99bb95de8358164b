// PyTorch's tutorials on text (names, translation), and the fine-tuning of GPT-2 by gpt-2-simple: steps with
// the share that is done.
//
//   5000 5% (0m 7s) 2.3412 Slusarski / Polish ✓
//   0m 5s (- 1m 10s) (5 6%) 0.8512
//   [10 | 12.00] loss=2.34 avg=2.45
//
// The share is cut to a whole number. Where two rows make up the same total it is that.
#include <cmath>
#include <optional>
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class RnnTutorials final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern names(R"(^(?P<step>\d+) (?P<percent>\d+)% \(\d+m \d+s\) (?P<loss>\d+\.\d+)\b)");
    static const Pattern translation(
        R"(^\d+m \d+s \(- \d+m \d+s\) \((?P<step>\d+) (?P<percent>\d+)%\) (?P<loss>\d+\.\d+)$)");
    static const Pattern gpt2(R"(^\[(?P<step>\d+) \| \d+\.\d+\] loss=(?P<loss>\d+\.\d+) avg=\d+\.\d+$)");
    auto match = names.find(line.text);
    if (!match) match = translation.find(line.text);
    const bool shared = match.has_value();
    if (!match) match = gpt2.find(line.text);
    const auto step = match ? match->number("step") : std::nullopt;
    if (!step) return false;
    if (shared) learn_total(*step, match->number("percent").value_or(0));
    report.work_done(*step, total_ && *total_ >= *step ? total_ : std::nullopt);
    if (const auto loss = match->number("loss")) report.metric("loss", *loss);
    return true;
  }

 private:
  void learn_total(double step, double percent) {
    if (total_ || percent <= 0) return;
    const double made_up = 100 * step / percent;
    if (made_up == std::floor(made_up) && made_up == last_) total_ = made_up;
    last_ = made_up;
  }

  std::optional<double> total_;
  double last_ = 0;
};

}  // namespace

extern const FormatType rnn_tutorials_format{
    "RNN tutorials",           "PyTorch's tutorials on names and translation, gpt-2-simple",
    Breadth::framework,        Evidence::stated,
    {"% (", "%) ", "] loss="}, make_format<RnnTutorials>};

}  // namespace joulecast::progress
