// The number of a step in a line that somebody's loop prints.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::progress {

struct StepMention {
  enum class Word {
    step,     ///< step, iteration, update, batch …
    episode,  ///< of reinforcement learning
    round,    ///< of boosting or federated learning
    bracket,  ///< none: "[3/90]"
    none,     ///< "25/300"
    percent,  ///< "Training: 45%"
  };
  Word word = Word::step;
  double done = 0;
  std::optional<double> total;
  bool plural = false;  ///< "steps: 100", which may be how many there are
  std::string_view after;
  bool of_evaluation = false;  ///< "val [3/10]": the steps of a validation or test
};

/// Steps behind the number of an epoch: ", step 100/500", "] [Batch 16/20]", "(1/50)", ": 45%".
[[nodiscard]] std::optional<StepMention> find_step_of_epoch(std::string_view after);

/// "step 100/500", "Iteration 25 of 500", "[3/90] loss …", "25/300 loss …" at a line's beginning.
[[nodiscard]] std::optional<StepMention> find_step(std::string_view text);

}  // namespace joulecast::progress
