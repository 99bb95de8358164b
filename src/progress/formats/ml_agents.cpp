// Unity ML-Agents: environment steps of each behaviour, told now and then.
//
//   [INFO] 3DBall. Step: 12000. Time Elapsed: 34.1 s. Mean Reward: 1.2. Std of Reward: 0.69. Training.
//   INFO:mlagents.trainers: run: 3DBall: Step: 12000. Time Elapsed: 34.1 s Mean Reward: 1.2. …
//       max_steps:  500000
//
// Several behaviours train at the same time; the first that reports is listened to.
#include <optional>
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class MlAgents final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern step(
        R"((?:^|[ :])(?P<behaviour>[\w?=-]+)[.:] Step: (?P<step>\d+)\. Time Elapsed: [\d.]+ s\.? (?:(?P<reward>Mean Reward: -?\d+(?:\.\d+)?)\.|No episode))");
    static const Pattern setting(R"(^max_steps:\s+(?P<total>\d+)$)");
    if (const auto match = setting.find(line.text)) {
      several_ = several_ || (total_ && total_ != match->number("total"));
      total_ = match->number("total");
      return false;  // others print such a line, too
    }
    const auto match = step.find(line.full);
    const auto done = match ? match->number("step") : std::nullopt;
    if (!done) return false;
    if (behaviour_.empty()) behaviour_ = match->text("behaviour");
    if (behaviour_ != match->text("behaviour")) return true;
    report.work_done(*done, several_ || (total_ && *total_ < *done) ? std::nullopt : total_);
    report_metrics(report, match->text("reward"));
    return true;
  }

 private:
  std::string behaviour_;
  std::optional<double> total_;
  bool several_ = false;
};

}  // namespace

extern const FormatType ml_agents_format{
    "ML-Agents",      "steps and rewards of Unity's trainers", Breadth::framework,
    Evidence::stated, {"time elapsed: ", "max_steps"},         make_format<MlAgents>};

}  // namespace joulecast::progress
