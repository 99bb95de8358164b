// CRFsuite: iterations of L-BFGS, epochs of the perceptron and of SGD. Its max_iterations is only a bound.
//
//   ***** Iteration #1 *****
//   Loss: 8432.512
//   Feature norm: 1.000000
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class CrfSuite final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern heading(R"(^\*{5} (?P<what>Iteration|Epoch) #(?P<number>\d+) \*{5}$)");
    static const Pattern begins(
        R"(^(?:L-BFGS optimization|Stochastic Gradient Descent|Averaged perceptron|Passive Aggressive|Adaptive Regularization of Weights \(AROW\))$)");
    static const Pattern ends(
        R"(^(?:L-BFGS|SGD) (?:terminated|resulted)|^Total seconds required for training)");
    static const Pattern bound(R"(^max_iterations: \d+$)");
    static const Pattern figure(R"(^(?P<name>Loss|Feature norm|Error norm): (?P<value>[\d.e+-]+)$)");
    if (const auto match = heading.find(line.text)) {
      headed_ = true;
      const auto number = match->whole("number");
      if (!number) return true;
      if (match->text("what") == "Epoch")
        report.epoch_ends(*number);
      else
        report.work_done(*number);
      return true;
    }
    if (begins.matches(line.text)) {
      begun_ = true;
      report.run_begins();
      return true;
    }
    if (begun_ && !headed_ && bound.matches(line.text)) return true;
    if (!headed_) return false;
    if (ends.matches(line.text)) {
      report.run_ends();
      return true;
    }
    const auto match = figure.find(line.text);
    const auto value = match ? match->number("value") : std::nullopt;
    if (value) report.metric(std::string(match->text("name")), *value);
    return value.has_value();
  }

 private:
  bool begun_ = false;
  bool headed_ = false;
};

}  // namespace

extern const FormatType crfsuite_format{
    "CRFsuite",
    "iterations and epochs of its verbose training",
    Breadth::framework,
    Evidence::stated,
    {"***", "max_iterations", "loss: ", "norm: ", "optimization", "descent", "perceptron", "aggressive",
     "arow", "terminated", "total seconds"},
    make_format<CrfSuite>};

}  // namespace joulecast::progress
