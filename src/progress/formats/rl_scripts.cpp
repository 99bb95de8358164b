// Scripts of reinforcement learning that many copy: pytorch-a2c-ppo-acktr-gail, Dopamine.
//
//   Updates 10, num timesteps 7040, FPS 1021
//
//   Starting iteration 3
//   Average undiscounted return per training episode: -200.10
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class RlScripts final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern updates(R"(^Updates \d+, num timesteps (?P<steps>\d+), FPS \d+)");
    static const Pattern heading(R"(^Starting iteration (?P<iteration>\d+)$)");
    static const Pattern result(R"(^Average undiscounted return per training episode: (?P<value>-?[\d.]+)$)");
    if (const auto match = updates.find(line.text)) {
      if (const auto steps = match->number("steps")) report.work_done(*steps);
      return true;
    }
    if (const auto match = heading.find(line.text)) {
      if (!iteration_) report.run_begins();
      if (!iteration_) first_ = match->number("iteration");
      iteration_ = match->number("iteration");
      return true;
    }
    const auto match = iteration_ ? result.find(line.text) : std::nullopt;
    if (!match) return false;
    if (first_) report.work_counts_from(*first_);
    report.work_done(*iteration_ + 1, {}, Unit::round);
    if (const auto value = match->number("value")) report.metric("return", *value);
    return true;
  }

 private:
  std::optional<double> first_, iteration_;
};

}  // namespace

extern const FormatType rl_scripts_format{"scripts of reinforcement learning",
                                          "timesteps of pytorch-a2c-ppo-acktr-gail, iterations of Dopamine",
                                          Breadth::framework,
                                          Evidence::stated,
                                          {"num timesteps", "starting iteration", "undiscounted"},
                                          make_format<RlScripts>};

}  // namespace joulecast::progress
