// Caffe: the number of iterations stands in the solver's settings, which it prints first.
//
//   solver.cpp:48] Initializing solver from parameters:
//   max_iter: 10000
//   solver.cpp:228] Iteration 100, loss = 0.69
//   solver.cpp:337] Iteration 500, Testing net (#0)
//
// "Iteration 500" comes when 500 are done.
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Caffe final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern settings(R"(^(?:solver\.cpp:\d+\] )?Initializing solver from parameters)");
    static const Pattern most(R"(^max_iter: (?P<total>\d+)$)");
    static const Pattern over(R"(^(?:solver\.cpp:\d+\] )?Optimization Done\.)");
    static const Pattern iteration(R"(^Iteration (?P<done>\d+)(?:,| \()(?P<rest>.*))");
    if (settings.matches(line.text)) {
      seen_ = true;
      report.run_begins();
      return true;
    }
    if (!seen_) return false;
    if (const auto match = most.find(line.text)) {
      if (const auto total = match->number("total")) report.total_work(*total);
      return true;
    }
    if (over.matches(line.text)) {
      report.run_ends();
      return true;
    }
    const auto match = iteration.find(line.text);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done) return false;
    return read_iteration(*done, match->text("rest"), report);
  }

 private:
  bool read_iteration(double done, std::string_view rest, Report& report) {
    static const Pattern loss(R"(\bloss = (?P<loss>[\d.e+-]+))");
    static const Pattern rate(R"(^ lr = )");
    if (rate.matches(rest)) return true;
    if (done == 0) from_zero_ = true;
    if (from_zero_) report.work_counts_from(0);
    if (done > 0) report.work_done(done);
    if (const auto match = loss.find(rest))
      if (const auto value = match->number("loss")) report.metric("loss", *value);
    return true;
  }

  bool seen_ = false;
  bool from_zero_ = false;  ///< and not from a snapshot
};

}  // namespace

extern const FormatType caffe_format{
    "Caffe",          "iterations; the total from the printed solver",           Breadth::framework,
    Evidence::stated, {"solver", "max_iter", "iteration ", "optimization done"}, make_format<Caffe>};

}  // namespace joulecast::progress
