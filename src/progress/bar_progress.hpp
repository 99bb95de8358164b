// What bars of progress say about a training, whatever draws them: tqdm, rich, alive-progress. One bar may
// count epochs, the steps of an epoch or all steps; there may be two, one within the other.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "progress/format.hpp"
#include "progress/lines/bar_title.hpp"
#include "progress/lines/part_mention.hpp"
#include "progress/lines/tqdm_bar.hpp"
#include "progress/skipped_start.hpp"

namespace joulecast::progress {

class BarProgress {
 public:
  void read(const Bar& bar, const Line& line, Report& report);
  /// A bar that shows a percentage alone: done of 100.
  void read_percent(const Bar& bar, Report& report);
  /// A line that is no bar. Where lines tell the epochs ("epoch 1 done"), bars that start anew are their
  /// steps.
  void notice(const Line& line);
  /// "mAP: 0.41" after an epoch's bar: they are its figures, and it lasted until then. False for lines that
  /// count something, which loops read, and for what is told of the whole training at its end.
  bool take_figures(const Line& line, Report& report);

 private:
  std::string_view take_part(const Bar& bar, Report& report);
  void begin_part(const PartMention& part, Report& report);
  void read_percent_of_epoch(const Bar& bar, const BarTitle& title, Report& report);
  void read_percent_of_epochs(const Bar& bar, Report& report);
  void read_epochs(const Bar& bar, Report& report);
  void report_epochs(const Bar& bar, Report& report);
  void read_epoch_steps(const Bar& bar, const BarTitle& title, const Line& line, Report& report);
  void read_inner(const Bar& bar, Report& report);
  void read_steps(const Bar& bar, const BarTitle& title, const Line& line, Report& report);
  [[nodiscard]] bool is_behind_epoch_bar(const Bar& bar);
  [[nodiscard]] bool is_within_rounds(const BarTitle& title);
  void read_bar_around_epochs(const Bar& bar, const BarTitle& title, const Line& line, Report& report);
  [[nodiscard]] bool names_epoch_it_counts(const Bar& bar, const BarTitle& title, const Line& line);
  [[nodiscard]] bool comes_before_first_step(const Bar& bar, const Line& line);
  [[nodiscard]] bool may_be_beside_training(const Bar& bar, const Line& line);
  [[nodiscard]] bool is_around_epochs(const Bar& bar);
  [[nodiscard]] bool moves_with_lines(const Bar& bar) const;
  void read_evaluation(const Bar& bar, const BarTitle& title, Report& report);
  void end_evaluation(Report& report);

  std::string part_;                       ///< the fold or the like that runs
  std::optional<int> epoch_;               ///< of the last bar that named one
  std::optional<double> epochs_;           ///< how many there are, by the same bar
  bool late_results_are_regular_ = false;  ///< figures came after an epoch's bar
  std::optional<double> steps_;            ///< its total
  double done_ = 0;                        ///< of that bar
  double steps_before_ = 0;                ///< where it goes on over the epochs: those of the epochs before
  std::optional<double> steps_per_epoch_;  ///< there, as the last one had
  bool epoch_over_ = false;                ///< it was full
  int epochs_begun_ = 0;                   ///< by bars that name them
  std::optional<std::pair<std::string, double>> around_;  ///< title and total of a bar drawn before those
  std::optional<double> epochs_done_;
  bool figures_first_ = true;                   ///< figures are set before the bar of epochs moves
  bool counts_epochs_ = false;                  ///< a bar of epochs is drawn
  std::optional<bool> counts_what_it_names_;    ///< a bar named after an epoch moves with each of them
  std::optional<SteadyTime> first_epoch_over_;  ///< by a bar of which it is not yet known what it counts
  bool rounds_ = false;                         ///< a bar names rounds, in which others' epochs are
  bool around_others_ = false;                  ///< others are drawn within it
  bool evaluating_ = false;
  bool epoch_lines_ = false;
  double lines_beside_ = 0;           ///< lines of epochs since the bar was drawn first
  std::optional<double> line_epoch_;  ///< the last one's number
  struct EpochBar {
    std::string title;
    double total = 0;
    bool full = false;
  };
  std::optional<EpochBar> epoch_bar_;  ///< the first one since a line told of an epoch
  struct BareBar {
    double total = 0;
    SteadyTime begin, last;
    std::optional<Seconds> shorter_than;  ///< while it has not lasted as long as the one before
    bool full = false;
  };
  std::optional<BareBar> bare_;
  std::optional<double> unmoved_;  ///< total of a bare bar that stands at 0
  SteadyTime unmoved_since_;       ///< when it was drawn
  bool filled_beside_ = false;     ///< another one was filled meanwhile
  // The bar that shows a percentage alone.
  std::string percent_title_;
  std::optional<double> percent_;
  bool percent_from_zero_ = false;
  // The bar that does not say what it counts.
  std::string title_;
  std::optional<double> total_;
  double last_ = 0;
  SkippedStart skipped_;
  std::optional<double> from_;        ///< where it was drawn first, if its first move was a small one
  std::optional<int> figures_epoch_;  ///< that its figures told last
  bool is_over_epochs_ = false;       ///< it went on when they told another one
  bool of_an_epoch_ = false;
  bool of_epochs_ = false;
};

}  // namespace joulecast::progress
