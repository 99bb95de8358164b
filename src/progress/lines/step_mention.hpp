// The number of a step in a line that somebody's loop prints.
#pragma once

#include <optional>
#include <string_view>

#include "progress/event.hpp"

namespace joulecast::progress {

struct StepMention {
  enum class Word {
    step,     ///< step, iteration, update, batch …
    episode,  ///< of reinforcement learning
    round,    ///< of boosting or federated learning
    amount,   ///< samples, tokens: in `unit`
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
  bool of_run = false;         ///< "global step 3": counted over all epochs
  std::string_view noun;       ///< "step" of "steps 3/8", as it is written; "" for a bare count
  Unit unit = Unit::step;
};

/// Steps behind the number of an epoch: ", step 100/500", "] [Batch 16/20]", "(1/50)", ": 45%". Where an
/// epoch has shards, chunks or the like, they are its steps: "shard 2/4 batch 1/3" is 1.33 of 4.
[[nodiscard]] std::optional<StepMention> find_step_of_epoch(std::string_view after);

/// "step 100/500", "Iteration 25 of 500", "3 of 8 steps done", "tokens 25k/1M", "[3/90] loss …",
/// "25/300 loss …" at a line's beginning.
[[nodiscard]] std::optional<StepMention> find_step(std::string_view text);

/// Whether it counts the training's work: "Step 1/3: loading data" is a step of something else. `figures`:
/// the line has some; `bracketed`: it begins with a bracket.
[[nodiscard]] bool counts_work(const StepMention& step, bool figures, bool bracketed);
/// "Active learning round 0: 100 labelled samples", but not "Round 3 finished".
[[nodiscard]] bool begins_a_round(const StepMention& step);
/// "Iteration 3/100", which may have epochs of its own.
[[nodiscard]] bool names_iteration(std::string_view text);

}  // namespace joulecast::progress
