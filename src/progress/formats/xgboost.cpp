// XGBoost: a line per round, or each tenth, or the means over the folds of cv(). Rounds count from 0.
//
//   [10]    train-logloss:0.32770   val-logloss:0.39352
//   [5]     train-logloss:0.37491+0.00440   test-logloss:0.46286+0.00214
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class XgBoost final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern round(
        R"(^\[(?P<round>\d+)\](?P<figures>(?:\s+[\w.]+-[\w@.:-]+:[-+.\de]+(?:\+[.\de-]+)?)+)$)");
    static const Pattern figure(
        R"(^\s+(?P<name>[\w.]+-[\w@.-]+(?::[\w@.]+)*):(?P<value>[-+]?[\d.]+(?:e[-+]?\d+)?))");
    const auto match = round.find(line.text);
    const auto number = match ? match->whole("round") : std::nullopt;
    if (!number) return false;
    report.epochs_count_from(0);
    report.work_done(*number + 1.0, {}, Unit::round);
    report.epoch_ends(*number);
    auto figures = match->text("figures");
    while (const auto found = figure.find(figures)) {
      if (const auto value = found->number("value"))
        report.metric(std::string(found->text("name")), *value, number);
      const auto next = found->after().find_first_of(" \t");
      figures = next == std::string_view::npos ? std::string_view{} : found->after().substr(next);
    }
    return true;
  }
};

}  // namespace

extern const FormatType xgboost_format{
    "XGBoost",           "train(), fit() and cv(): rounds", Breadth::framework, Evidence::stated, {"-"},
    make_format<XgBoost>};

}  // namespace joulecast::progress
