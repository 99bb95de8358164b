// rllab and what came of it: iterations, named before each line and in a table at their end.
//
//   2017-05-01 10:00:01.123456 UTC | [trpo_cartpole] itr #3 | Obtaining samples for iteration 3...
//   -----------------------  ------------
//   AverageReturn              20.3
//   Iteration                   3
//   -----------------------  ------------
//
// They count from 0: "itr #3" begins when three are done.
#include <optional>
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Rllab final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern named(R"(\bitr #(?P<number>\d+) +\| )");
    if (const auto match = named.find(line.full)) {
      if (const auto number = match->number("number")) tell(*number, report);
      in_table_ = false;
      return true;
    }
    if (!told_) return false;
    static const Pattern ruler(R"(^-{5,}  -{5,}$)");
    if (ruler.matches(line.text)) {
      in_table_ = !in_table_;
      return true;
    }
    return in_table_ && read_row(line, report);
  }

 private:
  void tell(double done, Report& report) {
    if (!told_) report.run_begins();
    if (!told_ && done == 0) counts_from_zero_ = true;
    if (told_ == done) return;
    told_ = done;
    if (counts_from_zero_) report.work_counts_from(0);
    if (done > 0) report.work_done(done, {}, Unit::round);
  }

  bool read_row(const Line& line, Report& report) {
    static const Pattern row(R"(^(?P<name>[\w/ -]*\w) +(?P<value>[-+]?[\d.]+(?:e[-+]?\d+)?)$)");
    const auto match = row.find(line.text);
    const auto value = match ? match->number("value") : std::nullopt;
    if (!value) return false;
    const auto name = match->text("name");
    if (name == "Iteration") tell(*value + 1, report);
    if (name == "AverageReturn") report.metric(std::string(name), *value);
    return true;
  }

  std::optional<double> told_;  ///< iterations that are done
  bool counts_from_zero_ = false;
  bool in_table_ = false;
};

}  // namespace

extern const FormatType rllab_format{"rllab",
                                     "iterations and returns of rllab",
                                     Breadth::framework,
                                     Evidence::stated,
                                     {"itr #", "----", "iteration", "averagereturn"},
                                     make_format<Rllab>};

}  // namespace joulecast::progress
