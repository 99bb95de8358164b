// Flower: rounds of federated learning. A heading begins a round; what is aggregated in it comes after.
//
//   INFO :      Starting Flower ServerApp, config: num_rounds=3, no round_timeout
//   INFO :      [ROUND 1]              [ROUND 1/3]
//   INFO :      aggregate_fit: received 2 results and 0 failures
//   INFO :      aggregate_evaluate: received 2 results and 0 failures
//   INFO :      [SUMMARY]
//   INFO flower 2022-01-06 09:21:15,045 | server.py:148 | fit progress: (1, 2.3478, {'accuracy': 0.14},
//   307.97)
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Flower final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern config(R"(\b(?:Starting Flower|config:).*\bnum_rounds=(?P<total>\d+)\b)");
    static const Pattern heading(R"(^\[ROUND (?P<round>\d+)(?:/(?P<total>\d+))?\]$)");
    static const Pattern progress(R"(\bfit progress: \((?P<round>\d+), (?P<loss>-?[\d.]+(?:e[-+]?\d+)?), )");
    static const Pattern part(
        R"(^(?:└──>|(?:configure|aggregate)_(?:fit|train|evaluate): |fit progress: |evaluate_round|fit_round|evaluate_clients|\[INIT\]))");
    if (const auto match = config.find(line.text)) {
      total_ = match->number("total");
      return true;
    }
    if (const auto match = heading.find(line.text)) return head(*match, report);
    if (const auto match = progress.find(line.text)) {
      const auto round = match->number("round");
      if (!round) return false;
      if (*round > 0 && !headed_) report.work_done(*round, total_, Unit::round);
      if (const auto loss = match->number("loss")) report.metric("loss", *loss);
      return true;
    }
    if (!headed_) return false;
    if (line.text.ends_with("[SUMMARY]")) {
      report.run_ends();
      return true;
    }
    return part.matches(line.text);
  }

 private:
  bool head(const Match& match, Report& report) {
    const auto round = match.number("round");
    if (!round) return false;
    if (const auto total = match.number("total")) total_ = total;
    headed_ = round;
    report.round_begins(*round, total_);
    report.epoch_steps(0, {});  // of its clients: whether they tell of their epochs or not
    return true;
  }

  std::optional<double> total_;
  std::optional<double> headed_;  ///< the round that runs
};

}  // namespace

extern const FormatType flower_format{"Flower",
                                      "rounds of federated learning",
                                      Breadth::framework,
                                      Evidence::stated,
                                      {"[round ", "num_rounds", "fit progress", "aggregate_", "configure_",
                                       "[summary]", "[init]", "└──>", "_round"},
                                      make_format<Flower>};

}  // namespace joulecast::progress
