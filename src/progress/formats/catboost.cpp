// CatBoost: a line each few rounds. Rounds count from 0.
//
//   10:     learn: 0.4498817  test: 0.4502872  best: 0.4502872 (10)  total: 115ms  remaining: 1.13s
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class CatBoost final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern round(
        R"(^(?P<round>\d+):\s+(?:learn: (?P<learn>[-+.\de]+)\s+)?(?:test: (?P<test>[-+.\de]+)\s+)?(?:test1: [-+.\de]+\s+)*(?:best: [-+.\de]+ \(\d+\)\s+)?total: [\d.]+\w+.*remaining: )");
    static const Pattern best(
        R"(^(?:bestTest = |bestIteration = \d+|Shrink model to first \d+ iterations\.))");
    const auto match = round.find(line.text);
    const auto number = match ? match->whole("round") : std::nullopt;
    if (!number) return best.matches(line.text);
    report.epochs_count_from(0);
    report.work_done(*number + 1.0, {}, Unit::round);
    report.epoch_ends(*number);
    for (const auto* set : {"learn", "test"})
      if (const auto value = match->number(set)) report.metric(set, *value, number);
    return true;
  }
};

}  // namespace

extern const FormatType catboost_format{
    "CatBoost",       "rounds, each or each few",       Breadth::framework,
    Evidence::stated, {"remaining:", "best", "shrink"}, make_format<CatBoost>};

}  // namespace joulecast::progress
