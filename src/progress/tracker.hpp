// Turns what a training says into phases, epochs, work and metrics. Here numbers get their meaning: a resumed
// run has only its own epochs, every tenth epoch is ten epochs of work, ranks that print the same are one,
// and counting again from the start is a new phase.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "progress/advances.hpp"
#include "progress/counter.hpp"
#include "progress/event.hpp"
#include "progress/open_windows.hpp"
#include "trace/run.hpp"

namespace joulecast::progress {

/// What is known before the training says anything: totals from the user, for trainings that do not tell
/// theirs, and the number of its very first epoch, where an earlier run of it showed that.
struct KnownTotals {
  std::optional<double> epochs = {};
  std::optional<double> steps = {};
  std::optional<int> first_epoch = {};
};

/// The training gives another total than the user.
struct Disagreement {
  Unit unit = Unit::epoch;  ///< epoch or step
  double said = 0;          ///< by the user
  double heard = 0;
};

/// How far the progress can be relied on.
struct Trust {
  std::optional<Evidence> evidence;  ///< nothing where no progress was recognised
  bool consistent = true;            ///< false: numbers contradicted each other, or came all at once
  bool total_known = false;
  bool agrees_with_user = true;  ///< false: the training gave another total than the user
  /// False once epochs announced different numbers of steps, or did not have those that were announced: those
  /// to come are unknown.
  bool settled = true;
  /// False while no epoch has shown yet that the steps printed for it are an epoch's: a loop may print those
  /// of the whole run, or leave each epoch early. Then epochs alone are counted.
  bool steps_proven = true;
  /// The first epoch that was heard is neither 0 nor 1, and nothing says from which of them the training
  /// counts: "Epoch 12/24" may be the last but twelve or the last but eleven.
  bool may_count_from_zero = false;
  /// Early stopping was named in the output: the total is the most that there may be.
  bool total_is_maximum = false;
};

class Tracker {
 public:
  explicit Tracker(SteadyTime run_start, KnownTotals totals = {}) : start_(run_start), said_(totals) {}

  void take(const Event& event);
  /// The training is over: closes what is open.
  void finish(SteadyTime time);
  [[nodiscard]] Seconds since_start(SteadyTime time) const { return time - start_; }

  /// Epochs that ended, in order. A later event can add a metric to one, or move its end.
  [[nodiscard]] const std::vector<trace::Epoch>& epochs() const { return epochs_; }
  /// Phases that began, in order.
  [[nodiscard]] const std::vector<trace::Phase>& phases() const { return phases_; }

  /// The training said that the last phase is over: what was left of it then is not done any more.
  [[nodiscard]] bool phase_is_over() const { return end_told_ && !current_; }

  /// Which part of the training a phase is, where that was told; its numbers count from 1.
  [[nodiscard]] const std::optional<Part>& part_of(std::size_t phase) const { return parts_[phase]; }

  // What is new since the last call, in order. Places are those in epochs() and phases().
  [[nodiscard]] std::vector<std::size_t> take_changed_epochs();
  [[nodiscard]] std::vector<std::size_t> take_changed_phases();
  /// Thinned to some thousand for a run of any length; every epoch's end is there.
  [[nodiscard]] std::vector<Advance> take_advances();
  [[nodiscard]] std::vector<trace::MetricPoint> take_metrics();
  /// When counts were heard whose work is not known yet, because it is not yet clear where counting began.
  [[nodiscard]] std::vector<Seconds> undecided_times() const;
  /// Windows that ended.
  [[nodiscard]] std::vector<trace::Window> take_windows();

  /// The epoch that is open, else the last one.
  [[nodiscard]] std::optional<int> current_epoch() const;
  /// When the open epoch began.
  [[nodiscard]] std::optional<Seconds> open_since() const;
  /// Of the current phase, as the training or the user gives it.
  [[nodiscard]] std::optional<double> total_epochs() const;
  /// The current phase's total work of this run, in the phase's unit; also in phases().back().
  [[nodiscard]] std::optional<double> total_work() const;
  /// Work of an epoch of the current phase, in the phase's unit, where it is known.
  [[nodiscard]] std::optional<double> epoch_work() const;
  /// Steps in a unit of the current phase's work, where that is an epoch and they are known.
  [[nodiscard]] std::optional<double> steps_per_work() const;
  [[nodiscard]] Trust trust() const;
  /// All output came in one piece, as from a buffered pipe: the times of epochs are not known.
  [[nodiscard]] bool came_at_once() const;
  /// The first one. The training's own total is used all the same.
  [[nodiscard]] const std::optional<Disagreement>& disagreement() const { return disagreement_; }
  /// Events that contradict each other, for the run's notes.
  [[nodiscard]] int contradictions() const { return contradictions_; }

 private:
  struct OpenEpoch {
    std::optional<int> number;  ///< nothing: an epoch that only its steps tell of
    Seconds begin{0};
    double share = 0;                          ///< of its steps
    double steps = 0;                          ///< done, as printed
    Seconds stepped_at{0};                     ///< when the last of them was heard
    double stride = 0;                         ///< between the last two that were printed
    double last_step = 0;                      ///< at which its bar is full; 0 = not known
    bool short_bar = false;                    ///< with fewer steps than the epochs before
    std::optional<Counter::Point> first_step;  ///< that was heard
    bool begin_unknown = false;                ///< it had begun by then, it is not known when
    bool claimed = false;  ///< its steps are printed, not told: a loop may print those of the whole run
    std::map<std::string, double> metrics;
  };
  /// Whether the steps that a loop announces for an epoch were an epoch's when it ended.
  enum class StepsOfEpoch {
    unproven,
    right,
    wrong,  ///< not counted; other ones may be announced
    never,  ///< those were wrong too
  };
  /// The phase that is counted now.
  struct Current {
    explicit Current(Seconds begin) : counter(begin), epochs_until(begin) {}
    std::optional<Unit> unit;
    /// Named when this was; the phase begins here if the line that named it ends the first epoch.
    std::optional<Seconds> since;
    bool of_rounds = false;     ///< rounds that have epochs of their own are counted, and are the rows
    bool counts_parts = false;  ///< nothing is heard within the parts, so they are the work
    /// By epochs that have not ended, and are not the open one.
    std::map<int, std::map<std::string, double>> early_metrics;
    Counter::Point counted, counted_before;  ///< the last two counts, as they are printed
    bool unit_said = false;                  ///< with the phase's beginning; work without a unit is in it
    Counter counter;
    std::optional<int> first_number;  ///< of the phase's very first epoch: 0 or 1, unless it counts its own
    bool first_number_assumed = false;
    std::optional<double> total_epochs;
    bool counts_own_epochs = false;  ///< the total is that of the phase, whatever number its first epoch has
    std::optional<double> total_work;
    std::optional<double> steps_per_epoch;
    std::optional<OpenEpoch> open;
    std::optional<std::size_t> last_epoch;      ///< place of the last one that ended
    Seconds epochs_until;                       ///< its end
    std::optional<Counter::Point> epochs_done;  ///< counted in epochs, where the unit is another
    double usual_share = 0;                     ///< of its steps that were told
    Seconds stepped_at;                         ///< when the last of them was
    std::optional<Seconds> pace;                ///< between its steps
    double counted_at_epoch = 0;                ///< count at its end
    bool exceeded = false;                      ///< more was done than the total
    bool uneven = false;                        ///< its epochs announce different numbers of steps
    bool last_was_short = false;                ///< the last epoch counts as the part that its bar showed
    StepsOfEpoch steps_of_epoch = StepsOfEpoch::unproven;
    std::optional<double> wrong_steps;  ///< that were announced for an epoch and were not an epoch's
  };

  [[nodiscard]] bool accept(const Event& event);
  [[nodiscard]] bool untouched() const;
  [[nodiscard]] bool was_one_epoch() const;
  [[nodiscard]] bool steps_go_on_over(const Event& event);
  [[nodiscard]] bool names_present_step(const Event& event) const;
  Current& current(Seconds begin);
  void begin_phase(Seconds at, std::string name);
  void take_phase(const Event& event, Seconds at);
  void begin_part(Part part, std::string name, Seconds at);
  void begin_phase_earlier();
  void end_phase(Seconds at);
  void leave_phase(Seconds at);
  void learn_totals(const Event& event);
  void set_total(std::optional<double>& total, std::optional<double> said);
  void guess_totals(const Event& event);
  [[nodiscard]] bool total_is_guessed() const;
  [[nodiscard]] bool may_run_out_of_steps() const;
  void compare_with_user();
  void compare_total_epochs(std::optional<double> said);

  void name_round(const Event& event, Seconds at);
  void begin_round(const Event& event, Seconds at);
  [[nodiscard]] bool is_within_a_round(const Event& event);
  [[nodiscard]] bool begins_again(int number);
  void begin_epoch(const Event& event, Seconds at);
  void end_epoch(const Event& event, Seconds at);
  void take_progress(const Event& event, Seconds at);
  [[nodiscard]] std::pair<double, bool> share_of_epoch(const Event& event) const;
  [[nodiscard]] bool all_epochs_are_over() const;
  void count_epoch_without_steps(int number, Seconds at);
  [[nodiscard]] bool follows_other_steps(const Event& event, Seconds at);
  void leave_other_steps(int number);
  [[nodiscard]] bool begins_epochs_after_steps(const Event& event) const;
  [[nodiscard]] bool had_one_epoch() const;
  void take_steps_of_epoch(const Event& event, Seconds at);
  void take_epochs_done(double done, Seconds at);
  void take_work(const Event& event, Seconds at);
  void add_metric(const Event& event, Seconds at);

  [[nodiscard]] double position_of(int epoch);
  /// Whether to go on with this count: a restart has begun a new phase by then.
  [[nodiscard]] bool judge(double count, Seconds at, Seconds phase_begin);
  void advance(double count, Seconds at);
  void open_epoch(std::optional<int> number, Seconds at);
  void close_epoch(int number, Seconds at, std::optional<double> work = {});
  void extend_epoch(Seconds at);
  void judge_steps_of_epoch();
  [[nodiscard]] bool count_steps_of_epoch(std::optional<double> announced);
  void close_unfinished_epoch(Seconds at);
  void complete_short_epoch();
  void begin_open_epoch_earlier(double steps, double share);
  void begin_first_epoch_at(Seconds begin);
  void begin_headed_epoch_earlier(int number, Seconds at);
  void end_epoch_before_earlier(double steps, double share);
  void begin_epoch_among_steps(int number, Seconds at);
  void forget_first_of_a_burst();
  [[nodiscard]] bool is_last_epoch(int number) const;
  [[nodiscard]] std::optional<double> total_count() const;
  void publish();
  void mark_epoch_end(Seconds at);
  void change_epoch(std::size_t place);

  SteadyTime start_;
  KnownTotals said_;
  std::optional<Evidence> evidence_;
  Seconds prepared_until_{0};  ///< at least
  bool begin_told_ = false;    ///< the training began then, and not only later
  bool end_told_ = false;      ///< of the last phase
  KnownTotals announced_;      ///< before a phase began
  std::optional<double> announced_steps_per_epoch_;
  bool total_was_guessed_ = false;  ///< that of the last phase that ended
  KnownTotals guessed_;  ///< that stood among printed settings, until a line of progress tells the same
  std::optional<Current> current_;
  std::vector<trace::Phase> phases_;
  std::vector<std::optional<Part>> parts_;  ///< of the phases
  std::optional<Part> named_part_;          ///< the last one that was named
  bool parts_from_zero_ = false;
  std::optional<Event> named_round_;  ///< the first that was named, until it is known what is in it
  bool rounds_have_no_epochs_ = false;
  bool epochs_come_twice_ = false;  ///< one was told to be over, and later again
  std::vector<trace::Epoch> epochs_;
  std::map<int, std::map<std::string, double>>
      early_metrics_;  ///< by epochs of the first phase, before it begins

  std::vector<std::size_t> changed_epochs_;
  std::vector<bool> epoch_changed_;
  bool phase_changed_ = false;
  std::vector<std::size_t> ended_phases_;
  Advances advances_;
  std::vector<trace::MetricPoint> metrics_;
  OpenWindows windows_;
  int contradictions_ = 0;
  std::optional<double> most_steps_;     ///< set beside a number of epochs: whichever is reached first
  bool might_run_out_of_steps_ = false;  ///< in the phase that ended last
  std::optional<double> patience_;       ///< the least that was named with early stopping; 0 = not said
  std::optional<Disagreement> disagreement_;
  std::optional<double> other_total_;    ///< of epochs, told beside the one that is believed
  std::size_t simultaneous_epochs_ = 0;  ///< that ended in the same moment as the one before
};

}  // namespace joulecast::progress
