// DeepXDE: a table whose figures are lists.
//
//   Step      Train loss                        Test loss                         Test metric
//   0         [1.20e+00, 3.40e-01]              [1.10e+00, 3.10e-01]              []
//   1000      [3.10e-02, 1.40e-03]              [2.90e-02, 1.20e-03]              []
#include <optional>
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// The loss is the sum of its terms.
std::optional<double> sum_of(std::string_view list) {
  static const Pattern number(R"((?P<term>[-+]?\d[\d.]*(?:e[-+]?\d+)?))");
  std::optional<double> sum;
  while (const auto match = number.find(list)) {
    const auto term = match->number("term");
    if (!term) return std::nullopt;
    sum = sum.value_or(0) + *term;
    list = match->after();
  }
  return sum;
}

class DeepXde final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern header(R"(^Step +Train loss +Test loss)");
    static const Pattern row(
        R"(^(?P<step>\d+) +\[(?P<train>[^\]]*)\] +\[(?P<test>[^\]]*)\](?: +\[[^\]]*\])? *$)");
    if (header.matches(line.text)) {
      headed_ = true;
      report.run_begins();
      return true;
    }
    const auto match = headed_ ? row.find(line.text) : std::nullopt;
    const auto step = match ? match->number("step") : std::nullopt;
    if (!step) return false;
    if (*step == 0) from_zero_ = true;
    if (from_zero_) report.work_counts_from(0);
    if (*step > 0) report.work_done(*step);
    if (const auto loss = sum_of(match->text("train"))) report.metric("train_loss", *loss);
    if (const auto loss = sum_of(match->text("test"))) report.metric("test_loss", *loss);
    return true;
  }

 private:
  bool headed_ = false;
  bool from_zero_ = false;
};

}  // namespace

extern const FormatType deepxde_format{"DeepXDE",        "steps of its table", Breadth::framework,
                                       Evidence::stated, {"[", "train loss"},  make_format<DeepXde>};

}  // namespace joulecast::progress
