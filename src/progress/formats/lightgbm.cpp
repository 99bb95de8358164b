// LightGBM: a line each few rounds. Rounds count from 1.
//
//   [5]     training's binary_logloss: 0.595803     valid_1's auc: 0.859917
//   Early stopping, best iteration is:              (that round's line once more)
//   [LightGBM] [Info] Iteration:5, training binary_logloss : 0.595803
#include <utility>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class LightGbm final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern begin(
        R"(^(?:Training until validation scores don't improve for |\[LightGBM\] \[Info\] Started training))");
    static const Pattern best(
        R"(^(?:Early stopping, best iteration is:|Did not meet early stopping\. Best iteration is:)$)");
    static const Pattern round(R"(^\[(?P<round>\d+)\](?P<figures>\s+\w+'s [\w@ -]+: .*)$)");
    static const Pattern console(
        R"(^\[LightGBM\] \[Info\] Iteration: ?(?P<round>\d+), (?P<set>\w+) (?P<name>[\w@-]+) : (?P<value>[-+.\de]+)$)");
    static const Pattern finished(
        R"(^\[LightGBM\] \[Info\] [\d.]+ seconds elapsed, finished iteration (?P<round>\d+)$)");
    if (begin.matches(line.text)) {
      report.run_begins();
      return true;
    }
    if (best.matches(line.text)) {
      repeats_ = true;
      return true;
    }
    if (const auto match = round.find(line.text)) {
      if (std::exchange(repeats_, false)) return true;
      const auto number = match->whole("round");
      if (!number) return false;
      end(*number, report);
      read_figures(match->text("figures"), *number, report);
      return true;
    }
    if (const auto match = console.find(line.text)) {
      const auto number = match->whole("round");
      const auto value = match->number("value");
      if (!number || !value) return false;
      end(*number, report);
      report.metric(name_of(match->text("set"), match->text("name")), *value, number);
      return true;
    }
    const auto match = finished.find(line.text);
    if (const auto number = match ? match->whole("round") : std::nullopt) end(*number, report);
    return match.has_value();
  }

 private:
  static void end(int round, Report& report) {
    report.epochs_count_from(1);
    report.work_done(round, {}, Unit::round);
    report.epoch_ends(round);
  }

  static std::string name_of(std::string_view set, std::string_view name) {
    return (set == "training" ? "train" : std::string(set)) + "_" + std::string(name);
  }

  static void read_figures(std::string_view figures, int round, Report& report) {
    static const Pattern figure(R"((?P<set>\w+)'s (?P<name>[\w@ -]+): (?P<value>[-+.\de]+))");
    while (const auto found = figure.find(figures)) {
      if (const auto value = found->number("value"))
        report.metric(name_of(found->text("set"), found->text("name")), *value, round);
      figures = found->after();
    }
  }

  bool repeats_ = false;  ///< the next line tells an earlier round again
};

}  // namespace

extern const FormatType lightgbm_format{
    "LightGBM",
    "log_evaluation(), verbose_eval, cv() and the console program: rounds",
    Breadth::framework,
    Evidence::stated,
    {"'s ", "iteration", "training"},
    make_format<LightGbm>};

}  // namespace joulecast::progress
