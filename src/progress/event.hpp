// What a training says about itself while it runs, through the socket or in its output.
//
// Progress is work: an amount done of a total, in some unit. Epochs are marks on it. Formats and the protocol
// say only what the training said; what the numbers mean together (a resumed run, every tenth epoch, a second
// fit) is decided in one place, the Tracker.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace joulecast::progress {

/// How we know. Higher ones overrule lower ones.
enum class Evidence {
  guessed,  ///< a number that looks like progress
  stated,   ///< printed in a format that we know
  told,     ///< sent by the program through the socket
};

/// What work is counted in.
enum class Unit { epoch, step, sample, token, round, fit, percent, work };
[[nodiscard]] std::string_view name_of(Unit unit);
[[nodiscard]] std::optional<Unit> unit_from(std::string_view name);

enum class EventKind {
  prepare,       ///< something is prepared still; the training begins later
  run_begin,     ///< the training itself begins; what came before was preparation
  announce,      ///< only totals
  phase_begin,   ///< a fit, fold or stage `name` begins, which counts from its own beginning
  phase_end,     ///< … and ends; what follows belongs to no phase
  round_begin,   ///< round or iteration `work` of `total_work` is named; it begins if epochs follow within it
  epoch_begin,   ///< epoch `epoch` begins; the one before it, if any, ends
  epoch_end,     ///< epoch `epoch` is over; said again, it lasted until now
  progress,      ///< `work` of `total_work` is done, in `unit`, of the phase or of an epoch
  metric,        ///< `name` = `value`; belongs to `epoch` if that is given
  window_begin,  ///< an evaluation, a checkpoint … `name` begins
  window_end,    ///< … and ends
  run_end,       ///< the training itself ends
  /// Early stopping was named; `value`: the epochs of patience, 0 where that is not said; `total_work`: the
  /// steps that end it, whatever the number of epochs.
  may_end_early,
};

/// Not a metric or window.
[[nodiscard]] bool is_about_progress(EventKind kind);
/// It says that work begins, is done or ends, and not only how much there is.
[[nodiscard]] bool advances_progress(EventKind kind);

/// What a `progress` counts: the work of the whole phase, or that of one epoch.
enum class Scope { phase, epoch };

/// Which part of the training a phase is, where that is told: fold 2 of 5.
struct Part {
  int number = 0;  ///< from 0 or 1, as the training counts
  std::optional<int> of;
  bool alike = false;       ///< each part does the same work again, as folds do
  bool may_be_cut = false;  ///< a search ends trials before their announced work, and varies what they do
};

struct Event {
  EventKind kind = EventKind::metric;
  SteadyTime time;
  Evidence evidence = Evidence::told;
  std::optional<int> epoch;        ///< as the training numbers it
  std::optional<int> first_epoch;  ///< the number of the very first epoch, 0 or 1, where the format fixes it
  std::optional<double> total_epochs;  ///< how many there are (not: the last one's number)
  /// epoch_end: how much of total_work this epoch did. progress: how much is done of the scope.
  std::optional<double> work;
  /// Of the phase; where the scope is an epoch, of each epoch.
  std::optional<double> total_work;
  std::optional<Unit> unit;  ///< of both
  /// progress: the count before any work of this run, where it was seen.
  std::optional<double> counted_from;
  bool headed_at_end = false;  ///< epoch_end: the line that named the epoch came when it was over
  Scope scope = Scope::phase;
  std::optional<Part> part;  ///< phase_begin
  std::string name;          ///< metric, phase, window
  double value = 0;          ///< metric, may_end_early
};

}  // namespace joulecast::progress
