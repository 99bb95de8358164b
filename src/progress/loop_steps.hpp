// The steps, iterations and rounds of somebody's loop that are told without an epoch.
#pragma once

#include <string>
#include <vector>

#include "progress/format.hpp"
#include "progress/lines/step_mention.hpp"
#include "progress/loop_epochs.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {

class LoopSteps {
 public:
  explicit LoopSteps(LoopEpochs& epochs) : epochs_(epochs) {}

  /// A line with a step's number. False where it counts nothing of the training.
  bool read(const Line& line, Report& report);
  /// "Round 2/10, client 3: epoch 1/2 …": the epochs are within the round, which is not over yet.
  bool read_round_with_epochs(const Line& line, Report& report);
  /// A line with an epoch's number has come. Iterations of which several were named since the last one are
  /// its steps.
  void note_epoch();
  /// Lines told how many steps there are, beside those that are done.
  [[nodiscard]] bool have_a_total() const { return have_a_total_; }
  [[nodiscard]] bool rounds_have_headings() const { return rounds_have_headings_; }

 private:
  void name_round(const StepMention& step, Unit unit, Report& report);
  [[nodiscard]] bool is_within_heading(const StepMention& step) const;
  void read_count(const StepMention& step, bool figures, bool iteration, Report& report);

  LoopEpochs& epochs_;
  std::string heading_;  ///< what a heading without figures counts: "iteration"
  bool rounds_named_ = false;
  bool rounds_have_headings_ = false;
  int named_since_epoch_ = 0;
  bool iterations_are_steps_ = false;
  bool have_a_total_ = false;
};

}  // namespace joulecast::progress
