// The progress bar of pytorch-cifar (kuangliu's), which many repositories copied. It goes back by backspaces
// and writes the count into its bar's middle; the test's bar looks the same and is shorter.
//
//   Epoch: 0
//    [====>.......]  Step: 52ms | Tot: 5s46ms | Loss: 1.912 | Acc: 31.250% (1234/3968)     31/391
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class PyTorchCifar final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern heading(R"(^Epoch: (?P<epoch>\d+)$)");
    static const Pattern bar(R"(^\[=*>\.*\]\s+Step: \S+ \| Tot: \S+(?P<figures> \| .*)?$)");
    static const Pattern count(R"(^(?P<step>\d+)/(?P<steps>\d+)$)");
    static const Pattern both(R"(^(?P<bar>.*\S)\s+(?P<count>\d+/\d+)$)");
    if (const auto match = heading.find(line.text)) {
      epoch_ = match->whole("epoch");
      drawn_ = false;
      return false;  // the loop format tells it
    }
    if (!epoch_) return false;
    auto text = std::string_view(line.text);
    if (drawn_) {
      drawn_ = false;
      if (const auto match = count.find(text)) return read_count(*match, report);
    }
    const auto joined = both.find(text);
    if (joined && bar.matches(joined->text("bar"))) text = joined->text("bar");
    const auto match = bar.find(text);
    if (!match) return false;
    figures_ = match->text("figures");
    drawn_ = true;
    if (text.size() == line.text.size()) return true;
    drawn_ = false;
    return read_count(*count.find(joined->text("count")), report);
  }

 private:
  bool read_count(const Match& match, Report& report) {
    const auto step = match.number("step");
    const auto steps = match.number("steps");
    if (!step || !steps) return true;
    if (!steps_) steps_ = steps;  // the training's comes first
    const bool training = steps == steps_;
    if (training) report.epoch_steps(*step, *steps, epoch_);
    if (step != steps) return true;
    report.epoch_ends(*epoch_);
    report_metrics(report, figures_, epoch_, training ? "train" : "test");
    return true;
  }

  std::optional<int> epoch_;
  std::optional<double> steps_;  ///< of an epoch's training
  std::string figures_;
  bool drawn_ = false;  ///< the bar stands there, and its count comes next
};

}  // namespace

extern const FormatType pytorch_cifar_format{"pytorch-cifar",    "kuangliu's progress_bar, training and test",
                                             Breadth::framework, Evidence::stated,
                                             {"epoch:", "/"},    make_format<PyTorchCifar>};

}  // namespace joulecast::progress
