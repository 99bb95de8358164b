// RLlib with Ray Tune: the result of each iteration, as a block of lines.
//
//   Result for PPO_CartPole-v1_120b5_00000:
//     episode_reward_mean: 22.577
//     training_iteration: 1
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class RlLib final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern heading(R"(^Result for (?P<trial>\S+_\d{5}):$)");
    static const Pattern figure(
        R"(^(?P<name>training_iteration|episode_reward_mean|episode_return_mean): (?P<value>[-+.\de]+)$)");
    if (const auto match = heading.find(line.text)) {
      if (trial_.empty()) trial_ = match->text("trial");
      listening_ = trial_ == match->text("trial");  // other trials run at the same time
      return true;
    }
    const auto match = figure.find(line.text);
    const auto value = match ? match->number("value") : std::nullopt;
    if (!value || trial_.empty()) return false;
    if (!listening_) return true;
    if (match->text("name") == "training_iteration")
      report.work_done(*value, {}, Unit::round);
    else
      report.metric(std::string(match->text("name")), *value);
    return true;
  }

 private:
  std::string trial_;  ///< the first that was heard
  bool listening_ = false;
};

}  // namespace

extern const FormatType rllib_format{"RLlib",
                                     "iterations, by the results of Ray Tune",
                                     Breadth::framework,
                                     Evidence::stated,
                                     {"result for ", "training_iteration:", "episode_re"},
                                     make_format<RlLib>};

}  // namespace joulecast::progress
