// NeMo and Megatron-Bridge's bar, which counts the steps of the whole training, whatever its epoch says, and
// the lines of NeMo 2, which count them from 0.
//
//   will be used during training (effective maximum steps = 50) -
//   Epoch 0: :  16%|█         | 8/50 [01:36<08:24, v_num=0, reduced_train_loss=8.126, global_step=7.000]
//   Training epoch 0, iteration 7/49 | lr: 0.0003 | global_step: 7 | reduced_train_loss: 8.126
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/tqdm_bar.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Nemo final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern maximum(R"(\(effective maximum steps = (?P<steps>\d+)\))");
    static const Pattern printed(
        R"(^Training epoch (?P<epoch>\d+), iteration (?P<step>\d+)/(?P<last>\d+) \| (?P<figures>.*)$)");
    static const Pattern beside(R"(^Validation: iteration \d+/\d+)");
    if (const auto match = maximum.find(line.text)) {
      maximum_ = match->number("steps");
      if (maximum_) report.total_work(*maximum_);
      return true;
    }
    if (const auto match = printed.find(line.text)) {
      read_printed(*match, report);
      return true;
    }
    if (beside.matches(line.text)) return true;
    const auto bar = find_tqdm_bar(line.text);
    return bar && read_bar(*bar, report);
  }

 private:
  void read_printed(const Match& match, Report& report) {
    const auto step = match.number("step");
    const auto last = match.number("last");
    if (!step || !last) return;
    report.work_done(*step + 1, *last + 1);
    for (const auto& [name, value] : find_metrics(match.text("figures"))) report.metric(name, value);
  }

  bool read_bar(const Bar& bar, Report& report) {
    static const Pattern title(R"(^Epoch (?P<epoch>\d+): *:?$)");
    static const Pattern step(R"(global_step=(?P<step>[\d.e+]+))");
    const auto match = title.find(bar.title);
    if (!match) return false;
    const auto epoch = match->whole("epoch");
    if (!epoch) return true;
    const auto global = step.find(bar.figures);
    const auto done = global ? global->number("step") : std::nullopt;
    // From the second epoch on the bar tells whether it begins anew.
    if (*epoch > 0 && done && *done > bar.done + 1) of_an_epoch_ = true;
    report.epochs_count_from(0);
    for (const auto& [name, value] : find_metrics(bar.figures)) report.metric(name, value);
    if (!of_an_epoch_ || bar.total == maximum_) {
      report.work_done(bar.done, bar.total);
      return true;
    }
    report.epoch_steps(bar.done, bar.total, epoch);
    if (bar.full()) report.epoch_ends(*epoch);
    return true;
  }

  std::optional<double> maximum_;
  bool of_an_epoch_ = false;
};

}  // namespace

extern const FormatType nemo_format{
    "NeMo",
    "NeMo 1 and 2: bar and lines",
    Breadth::framework,
    Evidence::stated,
    {"effective maximum steps", "training epoch", "validation: iteration", ": :"},
    make_format<Nemo>};

}  // namespace joulecast::progress
