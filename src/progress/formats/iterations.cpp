// Lines that tell both an iteration and an epoch, each with how many there are:
//
//   Iteration 3/100, epoch 2/4: …    the epochs are within the iteration, as those of PPO are
//   GRPO step 3/20 | inner epoch 2/4 so they are where they are called inner ones, or PPO's
//   Iter 120/500, Epoch 2/5, …       the iterations are the steps
#include <optional>
#include <utility>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Iterations final : public Format {
 public:
  /// An iteration has epochs where it is repeated over the epochs.
  /// Where the iteration is another in each line, it is a step.
  bool read(const Line& line, Report& report) override {
    static const Pattern both(
        R"((?i)^\W*(?:\w+[ _-])?(?:iteration|iter|update|generation)[\s:=#\[(]*(?P<done>\d+)\s*(?:/|of)\s*(?P<total>\d+)\b.{0,40}?\bep(?:och)?[ :=#\[(]*(?P<epoch>\d+))");
    static const Pattern inner(
        R"((?i)^\W*(?:\w+[ _-])?(?:iteration|iter|update|generation|step|batch|rollout|episode|cycle)[\s:=#\[(]*(?P<done>\d+)\s*(?:/|of)\s*(?P<total>\d+)\b.{0,40}?\b(?:inner|ppo|grpo|rl|policy|actor|critic|value|opt(?:im\w*)?|update|sgd|mu)[ _-]?ep(?:och)?s?[ :=#\[(]*(?P<epoch>\d+))");
    auto match = inner.find(line.text);
    if (match)
      have_epochs_ = true;
    else
      match = both.find(line.text);
    if (!match || !match->number("done")) return false;
    const auto done = *match->number("done");
    const auto epoch = match->whole("epoch").value_or(0);
    const auto before = std::exchange(iteration_, std::pair{done, epoch});
    if (!before && done > 1) are_steps_ = true;
    if (before && !have_epochs_ && *before != *iteration_) {
      are_steps_ = are_steps_ || before->first != done;
      have_epochs_ = !are_steps_;
    }
    if (are_steps_) {
      report.work_done(done, match->number("total"));
      if (epoch_ != epoch) report.epoch_begins(epoch);
      epoch_ = epoch;
    } else {
      if (!before || before->first != done)
        report.round_begins(done, match->number("total"), have_epochs_ ? Unit::round : Unit::step);
      if (have_epochs_) report.epoch_ends(epoch);
    }
    for (const auto& [name, value] : find_metrics(line.text)) report.metric(name, value);
    return true;
  }

 private:
  std::optional<std::pair<double, int>> iteration_;  ///< and its epoch, as of the last line
  std::optional<int> epoch_;                         ///< of which a beginning was told
  bool have_epochs_ = false;
  bool are_steps_ = false;
};

}  // namespace

extern const FormatType iterations_format{
    "iterations and epochs",
    "\"Iteration 3/100, epoch 2/4 …\": epochs within iterations, or steps",
    Breadth::loop,
    Evidence::stated,
    {"iter", "update", "generation", "ep"},
    make_format<Iterations>};

}  // namespace joulecast::progress
