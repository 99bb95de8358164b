// Stable-Baselines3 (and 2), OpenAI's Baselines, Spinning Up: blocks of a table. Time steps or epochs are the
// work.
//
//   | rollout/           |          |
//   |    ep_rew_mean     | 25.6     |
//   |    total_timesteps | 512      |
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class StableBaselines final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern row(
        R"(^\| *(?P<name>(?:% )?[\w/]+(?: [\w/]+){0,4}) *\| *(?P<value>[-+.\de]*) *\|$)");
    const auto match = row.find(line.text);
    if (!match) return false;
    const auto name = match->text("name");
    const auto value = match->number("value");
    if (value && counts_time_steps(name)) {
      report.work_done(*value);
      return true;
    }
    if (value && name == "Epoch" && *value < 1e9) {  // of Spinning Up
      report.epoch_ends(static_cast<int>(*value));
      return true;
    }
    if (value && (name == "EpRewMean" || name == "eprewmean" || name == "mean 100 episode reward")) {
      report.metric("ep_rew_mean", *value);
      return true;
    }
    if (value &&
        (name == "ep_rew_mean" || name == "success_rate" || name == "mean_reward" || name == "loss")) {
      report.metric(std::string(name), *value);
      return true;
    }
    // The other rows of such a block.
    return name.ends_with("/") || name == "n_updates" || name == "iterations" || name == "episodes" ||
           name == "misc/nupdates" || name == "EpisodesSoFar" || name == "% time spent exploring";
  }

 private:
  static bool counts_time_steps(std::string_view name) {
    return name == "total_timesteps" || name == "time/total_timesteps" || name == "misc/total_timesteps" ||
           name == "TimestepsSoFar";
  }
};

}  // namespace

extern const FormatType stable_baselines3_format{
    "Stable-Baselines3",
    "time steps and rewards from its tables; OpenAI's Baselines; Spinning Up's epochs",
    Breadth::framework,
    Evidence::stated,
    {"|"},
    make_format<StableBaselines>};

}  // namespace joulecast::progress
