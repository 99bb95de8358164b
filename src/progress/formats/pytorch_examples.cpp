// PyTorch's examples and tutorials, from which many programs were copied.
//
//   MNIST      Train Epoch: 1 [1200/60000 (2%)]   Loss: 0.70      Test set: Average loss: 0.10, Accuracy:
//   97/100 (97%) ImageNet   Epoch: [0][ 10/5005]   Time  0.4 ( 0.5) …           * Acc@1 69.758 Acc@5 89.078
//   quickstart Epoch 1, ------, loss: 2.3  [ 6400/60000]           Test Error: , Accuracy: 87.5%, Avg loss:
//   0.45 CIFAR-10   [1,  2000] loss: 2.173                             Finished Training DDP        [GPU0]
//   Epoch 0 | Batchsize: 32 | Steps: 64 text       | epoch   1 |   200/ 2983 batches | … loss  7.63 | | end
//   of epoch   1 | … valid loss  5.9
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class PyTorchExamples final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern heading(R"(^Epoch:? \[?(?P<epoch>\d+)\]?$)");
    if (const auto match = heading.find(line.text)) {
      heading_ = match->whole("epoch");  // the loop format tells it
      return false;
    }
    return read_steps(line, report) || read_result(line, report) || read_copies(line, report);
  }

 private:
  void begin(std::optional<int> epoch, Report& report) {
    if (epoch && epoch_ != epoch) report.epoch_begins(*epoch);
    epoch_ = epoch;
    testing_ = false;
  }

  bool read_steps(const Line& line, Report& report) {
    static const Pattern mnist(
        R"(^Train(?:ing)? Epoch: (?P<epoch>\d+) \[ *(?P<step>\d+)/ *(?P<steps>\d+) \( *[\d.]+%\)\](?P<rest>.*))");
    static const Pattern imagenet(
        R"(^Epoch: \[(?P<epoch>\d+)\]\[ *(?P<step>\d+)/(?P<steps>\d+)\]\s+(?:Time|Loss|Batch|lr|Lr)(?P<rest>.*))");
    static const Pattern cifar(
        R"(^\[(?:epoch )?(?P<epoch>\d+),\s*(?P<step>\d+)\]\s+(?P<rest>(?:running |train )?[Ll]oss(?:\b|_).*))");
    static const Pattern text(
        R"(^\| epoch +(?P<epoch>\d+) \| +(?P<step>\d+)/ *(?P<steps>\d+) batches \|(?P<rest>.*))");
    for (const auto* pattern : {&mnist, &imagenet, &cifar, &text}) {
      const auto match = pattern->find(line.text);
      if (!match) continue;
      begin(match->whole("epoch"), report);
      if (const auto step = match->number("step")) report.epoch_steps(*step, match->number("steps"), epoch_);
      report_metrics(report, match->text("rest"), epoch_, "train");
      return true;
    }
    static const Pattern quickstart(R"(^loss: [\d.e+-]+\s+\[ *(?P<step>\d+)/ *(?P<steps>\d+)\]$)");
    if (const auto match = quickstart.find(line.text)) {
      if (heading_) epoch_ = heading_;
      testing_ = false;
      if (const auto step = match->number("step")) report.epoch_steps(*step, match->number("steps"), epoch_);
      report_metrics(report, line.text, epoch_, "train");
      return true;
    }
    return false;
  }

  bool read_result(const Line& line, Report& report) {
    static const Pattern finished(R"(^Finished Training$)");
    static const Pattern test_steps(R"(^Test: \[ *\d+/\d+\]\s+Time)");
    static const Pattern test_set(R"(^(?:====> )?Test set:? (?P<rest>.*\b[Ll]oss.*))");
    static const Pattern precision(R"(^\*\s+(?P<rest>(?:Acc|Prec)@1 .*))");
    static const Pattern error(R"(^Test Error:$)");
    static const Pattern test_error(R"(^Accuracy: [\d.]+%, Avg loss: )");
    static const Pattern text_end(R"(^\| end of epoch +(?P<epoch>\d+) \|(?P<rest>.*))");
    if (const auto match = text_end.find(line.text))
      return end(match->text("rest"), "val", match->whole("epoch"), report);
    if (!epoch_) return false;
    if (finished.matches(line.text)) {
      report.run_ends();
      return true;
    }
    if (test_steps.matches(line.text) || error.matches(line.text)) {
      if (!testing_) report.window_begins("validation");
      testing_ = true;
      return true;
    }
    if (const auto match = precision.find(line.text)) return end(match->text("rest"), "val", epoch_, report);
    if (testing_ && test_error.matches(line.text)) return end(line.text, "test", epoch_, report);
    if (const auto match = test_set.find(line.text)) {
      report_test_set(match->text("rest"), report);
      report.epoch_ends(*epoch_);
      return true;
    }
    return false;
  }

  bool end(std::string_view figures, std::string_view set, std::optional<int> epoch, Report& report) {
    if (!epoch) return false;
    report_metrics(report, figures, epoch, set);
    if (testing_) report.window_ends("validation");
    testing_ = false;
    report.epoch_ends(*epoch);
    return true;
  }

  /// Both sets have a loss, and only the test has an accuracy, which keeps its word.
  void report_test_set(std::string_view figures, Report& report) {
    for (const auto& [name, value] : find_metrics(figures))
      report.metric(name_in_set(name, name == "loss" ? "test" : ""), value, epoch_);
  }

  /// Examples whose lines are a loop's, but for a part.
  bool read_copies(const Line& line, Report& report) {
    static const Pattern ddp(
        R"(^Epoch (?P<epoch>\d+) \| Batchsize: \d+ \| Steps: (?P<steps>\d+)(?P<figures> \| .*)?$)");
    static const Pattern checkpoint(R"(^Epoch \d+ \| Training (?:checkpoint|snapshot) saved at )");
    static const Pattern autoencoder(R"(^====> Epoch: (?P<epoch>\d+) (?P<rest>Average loss: .*))");
    if (checkpoint.matches(line.text)) return true;
    if (const auto match = autoencoder.find(line.text))
      return end(match->text("rest"), "train", match->whole("epoch"), report);
    const auto match = ddp.find(line.text);
    const auto epoch = match ? match->whole("epoch") : std::nullopt;
    if (!epoch) return false;
    if (const auto steps = match->number("steps"); steps && epoch_ != epoch) report.steps_per_epoch(*steps);
    if (match->text("figures").empty()) {
      begin(epoch, report);
      return true;
    }
    epoch_ = epoch;
    report_metrics(report, match->text("figures"), epoch, {});
    report.epoch_ends(*epoch);
    return true;
  }

  std::optional<int> epoch_;
  std::optional<int> heading_;
  bool testing_ = false;
};

}  // namespace

extern const FormatType pytorch_examples_format{
    "PyTorch examples",
    "MNIST, ImageNet, quickstart, CIFAR-10, DDP, variational autoencoder, language model",
    Breadth::framework,
    Evidence::stated,
    {"epoch", "loss", "test", "acc@1", "prec@1", "finished training"},
    make_format<PyTorchExamples>};

}  // namespace joulecast::progress
