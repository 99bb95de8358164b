// rsl_rl, with which Isaac Lab, legged_gym and mjlab train robots: a block of figures after each iteration,
// which count from 0 (or from where the run goes on).
//
//                      Learning iteration 25/1500
//
//                 Computation: 46045 steps/s (collection: 0.975s, learning 0.092s)
//             Mean value loss: 0.0217
//                 Mean reward: 4.06
//             Total timesteps: 98304                    of the environments; the count of what was simulated
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class RslRl final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern iteration(R"(^Learning iteration (?P<done>\d+)/(?P<total>\d+)$)");
    static const Pattern figure(
        R"(^(?:Mean (?:[\w ]+ )?loss|Mean reward|Value function loss|Surrogate loss): )");
    static const Pattern other(
        R"(^(?:Total (?:time)?steps|Steps per second|Computation|(?:Collection|Learning|Iteration) time|Mean episode |Time elapsed|ETA)\b)");
    if (const auto match = iteration.find(line.text)) {
      const auto done = match->number("done");
      const auto total = match->number("total");
      if (!done || !total || *done > *total) return false;
      if (!first_) first_ = done;
      report.work_counts_from(*first_);
      report.work_done(*done < *total ? *done + 1 : *done, total);
      return true;
    }
    if (!first_) return false;
    if (figure.matches(line.text)) {
      report_metrics(report, line.text);
      return true;
    }
    return other.matches(line.text);
  }

 private:
  std::optional<double> first_;
};

}  // namespace

extern const FormatType rsl_rl_format{"rsl_rl",
                                      "iterations of Isaac Lab, legged_gym, mjlab",
                                      Breadth::framework,
                                      Evidence::stated,
                                      {"learning iteration", "loss: ", "mean ", "steps", "time", "eta"},
                                      make_format<RslRl>};

}  // namespace joulecast::progress
