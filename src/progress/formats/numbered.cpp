// Lines that begin with a number that goes up, and have figures behind it: print(i, loss).
//
//   100 [D loss: 0.6, acc.: 62.50%] [G loss: 0.9]
//   0 tensor(0.6931, grad_fn=<MeanBackward0>)
//   1 0.6931 0.5
//   2: loss 0.5
//
// What is counted is a guess, and only once several lines agree: figures with names twice, others three times
// at equal distances.
#include <optional>
#include <string>
#include <vector>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

constexpr Seconds shortest_line{0.05};  ///< what comes faster is a table that is printed at once

class Numbered final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern numbered(
        R"(^(?P<number>\d{1,8})(?P<gap> *[:|)] *|, *|\s+)(?P<figures>(?:\[|\(|[A-Za-z]|-?\d+\.\d).*)$)");
    static const Pattern plain(R"(^(?:tensor\()?-?\d+\.\d+(?:e[-+]?\d+)?(?:[\s,;|)]|$))");
    const auto match = numbered.find(line.text);
    const auto number = match ? match->number("number") : std::nullopt;
    if (!number) return false;
    const auto figures = match->text("figures");
    const auto metrics = find_metrics(figures);
    const bool named = !metrics.empty();
    if (!named && !plain.matches(figures)) return false;
    const Row row{line.time, *number};
    const auto shape = std::string(match->text("gap")) + (named ? metrics.front().name : "");
    if (!goes_on(row, shape)) {
      shape_ = shape;
      rows_ = {row};
      return false;
    }
    const std::size_t needed = named ? 2 : 3;
    rows_.push_back(row);
    if (rows_.size() < needed) return false;
    tell(report, needed);
    for (const auto& [name, value] : metrics) report.metric(name, value);
    return true;
  }

 private:
  struct Row {
    SteadyTime time;
    double number = 0;
  };

  bool goes_on(const Row& row, const std::string& shape) const {
    if (rows_.empty() || shape != shape_ || row.number <= rows_.back().number) return false;
    if (row.time - rows_.back().time < shortest_line) return false;
    if (rows_.size() < 2) return true;
    const double stride = rows_[1].number - rows_[0].number;
    return row.number - rows_.back().number == stride;
  }

  void tell(Report& report, std::size_t needed) {
    report.guess();
    const auto now = report.time();
    if (rows_.size() == needed)
      for (const auto& row : rows_) {
        report.printed_at(row.time);
        report.work_done(row.number);
      }
    else
      report.work_done(rows_.back().number);
    report.printed_at(now);
    if (rows_.size() > needed + 1) rows_.erase(rows_.begin());
  }

  std::string shape_;
  std::vector<Row> rows_;  ///< the last ones
};

}  // namespace

extern const FormatType numbered_format{
    "numbered lines",
    "lines that begin with a number that goes up, before figures: print(i, loss)",
    Breadth::loop,
    Evidence::guessed,
    {},
    make_format<Numbered>};

}  // namespace joulecast::progress
