// The epochs of somebody's loop, and the steps within them, from what it has printed so far: whether its
// steps begin again with each epoch, whether "0/4" is the first of four or of five, what a test ends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "progress/format.hpp"
#include "progress/lines/epoch_mention.hpp"
#include "progress/lines/step_mention.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {

class LoopEpochs {
 public:
  /// The last epoch that was named.
  [[nodiscard]] std::optional<int> epoch() const { return epoch_; }
  /// It has begun and no result was told.
  [[nodiscard]] bool is_open() const { return open_; }

  /// Counting begins again: another fold.
  void restart();
  /// "=> loaded checkpoint (epoch 12)".
  void note_checkpoint(double epoch) { checkpoint_ = epoch; }

  void begin(int epoch, std::optional<double> total, Report& report);
  /// "Epoch 3/8" on a line of its own: mostly its beginning. Where the figures come in the same moment, and
  /// then nothing for long, it is its end.
  void head(int epoch, std::optional<double> total, SteadyTime time, Report& report);
  void end(int epoch, std::optional<double> total, Report& report);
  /// Where each epoch had one line and this one has another like it, the epochs begin again.
  void end_with_figures(int epoch, std::optional<double> total, const std::vector<MetricText>& metrics,
                        SteadyTime time, Report& report);
  /// A line with an epoch and a step of it.
  void take_step(int epoch, const StepMention& step, std::optional<double> total,
                 const std::vector<MetricText>& metrics, Report& report);
  /// A line with the number of a step of the whole run, and with the epoch that it is in.
  void take_step_of_run(int epoch, const StepMention& step, std::optional<double> total, Report& report);
  /// "step 120 | epoch 2 | loss 0.3": the line of each epoch, or one of many in it?
  void take_step_before(int epoch, const StepMention& step, std::optional<double> total,
                        const std::vector<MetricText>& metrics, Report& report);
  /// A line with a step alone.
  void take_step_alone(const StepMention& step, Report& report);
  /// "[3/90] …" and "3/90 …", of which nothing says what they count. False for other words, and where a count
  /// without brackets is none of epochs.
  bool take_bare(const StepMention& count, const std::vector<MetricText>& metrics, Report& report);
  /// "val Loss: 0.5" on a line of its own. False where that is no epoch's.
  bool take_figures(const std::vector<MetricText>& metrics, SteadyTime time, Report& report);
  /// A row of a table that is drawn beneath a heading: its figures have no names.
  void note_figures(SteadyTime time);

  /// Steps of the whole training, announced: a step of as many is the run's, not the epoch's.
  void note_total_steps(double steps) { announced_steps_ = steps; }
  /// "Epoch 1/3 step 20/300" where 300 was announced for all three epochs.
  [[nodiscard]] bool counts_all_steps(const StepMention& step, std::optional<double> epochs) const {
    return step.total && step.total == announced_steps_ && epochs.value_or(0) > 1;
  }

  /// How many epochs there are, by "3/90".
  std::optional<double> count_of(int epoch, std::optional<double> total,
                                 const std::optional<StepMention>& step, Report& report);

 private:
  [[nodiscard]] bool take_line_of_several(int epoch, bool alike, std::optional<double> total, SteadyTime time,
                                          Report& report);
  [[nodiscard]] bool came_with_its_figures(int next, SteadyTime time) const;
  [[nodiscard]] bool comes_after_its_steps(const std::vector<MetricText>& metrics) const;
  [[nodiscard]] bool take_step_that_may_be_of_run(int epoch, const StepMention& step,
                                                  std::optional<double> total, Report& report);
  [[nodiscard]] bool ends_with_steps_of_run(int epoch, const StepMention& step, std::optional<double> total,
                                            const std::vector<MetricText>& metrics, Report& report);
  [[nodiscard]] bool counts_from_zero(int epoch, const StepMention& step,
                                      const std::vector<MetricText>& metrics);
  void take_counted_step(int epoch, const StepMention& step, std::optional<double> total,
                         const std::vector<MetricText>& metrics, Report& report);
  void follow_steps(std::optional<int> epoch, double done);

  std::optional<int> epoch_;
  bool open_ = false;
  bool ended_by_steps_ = false;  ///< by the last of its steps, and not by its own figures
  std::optional<double> total_;  ///< told with the end of the last one
  bool late_results_are_regular_ = false;
  int ended_ = 0;
  std::optional<double> checkpoint_;   ///< the epoch of one that was loaded before the first epoch
  bool from_zero_ = false;             ///< and so the first epoch of all was 0
  std::optional<int> stepping_epoch_;  ///< that of the last step
  std::optional<double> last_step_;
  /// When the first line of epochs with steps came, while each has one.
  std::optional<SteadyTime> one_line_since_;
  bool lines_end_ = false;            ///< they are known to come at their epochs' ends
  std::optional<double> step_total_;  ///< of the last line of steps
  bool steps_from_zero_ = false;
  std::optional<bool> goes_on_;            ///< steps count on over the epochs; nothing: not known yet
  double steps_before_ = 0;                ///< where they go on: those of the epochs before
  std::optional<double> steps_per_epoch_;  ///< there, as the last one had
  bool steps_of_run_ = false;
  bool run_on_ = false;  ///< those on lines of their own, over the epochs
  /// What is known of "Step 20/500 | Epoch 1". of_epoch_alone: epochs were named before without steps.
  enum class StepsBefore { unknown, undecided, of_run, of_epoch, of_epoch_alone };
  StepsBefore steps_before_epochs_ = StepsBefore::unknown;
  std::optional<bool> step_is_within_;  ///< a step before an epoch is one of many in it
  std::optional<double> zero_total_;    ///< what stood behind "0/"
  std::optional<double> announced_steps_;
  bool counts_behind_bar_ = false;
  int with_one_line_ = 0;           ///< epochs that ended with a single line, in the whole output
  bool have_lines_ = false;         ///< one did not
  std::vector<std::string> named_;  ///< by the line of the last one
  std::optional<int> lined_epoch_;  ///< that the lines with figures are counted of
  int lines_ = 0;
  bool lines_alike_ = true;  ///< the same is named in each
  SteadyTime lined_first_;   ///< the first line of that epoch
  SteadyTime lined_at_;      ///< the last such line
  Seconds pause_{0};         ///< before the first one of its epoch
  int usual_lines_ = 1;      ///< of the epoch before, where they were alike
  bool tested_ = false;      ///< since the last epoch ended
  bool tests_are_regular_ = false;
  std::optional<bool> brackets_are_epochs_;
  bool brackets_are_sure_ = false;  ///< a validation came after one that is not the last
  std::optional<int> bracket_;      ///< the last one's number, where it is not the last
  std::optional<int> headed_;       ///< the epoch of the last heading
  SteadyTime headed_at_;
  std::optional<SteadyTime> figures_at_;  ///< the last ones beneath it
  bool headings_end_ = false;
};

}  // namespace joulecast::progress
