// One way in which trainings print their progress: Keras' lines, tqdm's bars, a loop's "Epoch 3/90". Each has
// one file in src/progress/formats; the build lists them (all_formats), so adding one is adding that file and
// a log under tests/fixtures/logs.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "progress/event.hpp"
#include "progress/lines/line.hpp"

namespace joulecast::progress {

/// Where a format puts what a line says. It only repeats the training: numbers as they are printed, nothing
/// remembered or worked out. What they mean together (resumed, every tenth, two fits, ranks) is for the
/// Tracker.
class Report {
 public:
  Report(SteadyTime time, Evidence evidence, std::vector<Event>& events)
      : time_(time), evidence_(evidence), events_(events) {}

  /// What follows is not sure: a number that looks like progress. It never ends a training.
  void guess() { evidence_ = Evidence::guessed; }

  /// What follows was printed at an earlier time, and is understood only now.
  void printed_at(SteadyTime time) { time_ = time; }

  [[nodiscard]] SteadyTime time() const { return time_; }

  /// The training has not begun yet: "Loading the data", "Using device cuda".
  void prepares();
  /// The training itself begins: "***** Running training *****".
  void run_begins();
  void run_ends();
  /// A fit, fold or stage begins that counts from its own beginning.
  void phase_begins(std::string name, std::optional<Part> part = {});

  // Totals from banners. How many, not the last one's number.
  void total_epochs(double total);
  void total_work(double total, Unit unit = Unit::step);
  void steps_per_epoch(double steps);

  /// A round or iteration is named without a result: "Round 3/20". It begins if epochs follow within it;
  /// if none do, so many are done.
  void round_begins(double number, std::optional<double> total = {}, Unit unit = Unit::round);

  /// `total`: how many epochs there are, where the line says it.
  void epoch_begins(int epoch, std::optional<double> total = {});
  /// The epoch is over. Where a later line shows that it lasted longer (a validation), say it again then.
  void epoch_ends(int epoch, std::optional<double> total = {});
  /// … at a time that is past: the heading that seemed to begin it came when it was over.
  void epoch_was_headed_at_its_end(int epoch, std::optional<double> total, SteadyTime time);
  /// Steps done within an epoch. Without `epoch`, of the one that has begun.
  void epoch_steps(double done, std::optional<double> total, std::optional<int> epoch = {});
  /// Epochs done since the training's beginning, also in fractions: 0.49; a bar's 45/100.
  void epochs_done(double done, std::optional<double> total = {});
  /// Work done since the training's beginning.
  void work_done(double done, std::optional<double> total = {}, Unit unit = Unit::step);

  /// The count before any work of this run, where the training showed it: a bar that moves from 0. For
  /// work_done() from now on.
  void work_counts_from(double first) { counted_from_ = first; }

  /// `epoch`: if the line says to which it belongs, else to the current one.
  void metric(std::string name, double value, std::optional<int> epoch = {});
  /// An evaluation, a checkpoint: time beside the training's own steps.
  void window_begins(std::string name);
  void window_ends(std::string name);

  /// The number of the very first epoch, where the format fixes it (Lightning counts from 0, Keras from 1).
  void epochs_count_from(int first) { first_epoch_ = first; }

 private:
  Event& add(EventKind kind);

  SteadyTime time_;
  Evidence evidence_;
  std::optional<int> first_epoch_;
  std::optional<double> counted_from_;
  std::vector<Event>& events_;
};

/// Reads one training's output. It may remember what it needs, such as a table's header.
class Format {
 public:
  virtual ~Format() = default;
  /// Whether the line is of this format. Then no other format reads it, even if nothing is reported: a line
  /// that is known to be no progress ("Restoring weights from epoch 3") is to be taken and left unsaid.
  virtual bool read(const Line& line, Report& report) = 0;
};

/// In this order formats are asked. Special ones come first.
enum class Breadth {
  framework,  ///< one framework's own lines
  library,    ///< lines of a library that many programs use: tqdm, rich, JSON
  loop,       ///< loops in their many wordings
};

struct FormatType {
  std::string_view name;    ///< as in docs/progress.md and a run's notes: "Keras"
  std::string_view covers;  ///< one line for docs/progress.md: versions, modes
  Breadth breadth = Breadth::framework;
  Evidence evidence = Evidence::stated;
  /// Lines without any of these (in small letters) are not shown to it, which saves time. Empty = every line.
  std::vector<std::string_view> words;
  std::unique_ptr<Format> (*make)();
};

/// In the order of their files' names (generated).
[[nodiscard]] std::span<const FormatType* const> all_formats();

template <class F>
std::unique_ptr<Format> make_format() {
  return std::make_unique<F>();
}

}  // namespace joulecast::progress
