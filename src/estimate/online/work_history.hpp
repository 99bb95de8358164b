// What a training has done so far, as a bounded list of blocks of work.
//
// A training may report a thousand steps a second or one epoch an hour. The history keeps every report as a
// block of its own while there are few of them. When there are too many it joins neighbours, so that the
// blocks grow with the work done and their number stays bounded: the relative resolution is always the same.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/units.hpp"

namespace joulecast::estimate {

struct WorkBlock {
  double work = 0;
  Seconds duration{0};
  double measured_work = 0;  ///< the part of the work whose energy was measured
  Joules energy{0};          ///< of the measured part
  int epoch_ends = 0;        ///< how many epochs ended in the block; one of them at its end

  /// Energy per work; nothing if no energy was measured.
  [[nodiscard]] std::optional<double> energy_rate() const;
  [[nodiscard]] double time_rate() const { return duration.value() / work; }
  WorkBlock& operator+=(const WorkBlock& other);
};

class WorkHistory {
 public:
  static constexpr std::size_t most_blocks = 256;

  /// work > 0 and duration > 0, finite. Amortised O(1).
  void add(const WorkBlock& block);
  /// Adds time and energy, and an epoch's end, to the work that was added last. Where it is an epoch's end
  /// already, the epoch lasted longer than was said. Nothing happens if there is none.
  void end_epoch(Seconds duration, std::optional<Joules> energy);

  /// In the order of time. The last one may still grow.
  [[nodiscard]] std::span<const WorkBlock> blocks() const { return blocks_; }
  [[nodiscard]] double work() const { return work_; }
  [[nodiscard]] Seconds duration() const { return duration_; }
  [[nodiscard]] int epochs() const { return epochs_; }  ///< ended so far
  /// Work done when the last epoch ended; 0 if none has.
  [[nodiscard]] double work_at_epoch_end() const { return work_at_epoch_end_; }
  /// Whether an epoch has just ended whose evaluation is still to come: those before it lasted longer than
  /// was said at first.
  [[nodiscard]] bool awaits_evaluation() const {
    return ends_are_early_ && !lasted_longer_ && work_ == work_at_epoch_end_;
  }
  /// Number of reports that ended no epoch: whether anything is known of the inside of epochs.
  [[nodiscard]] bool sees_within_epochs() const { return reports_ > 3 * epochs_; }

 private:
  [[nodiscard]] bool last_is_open() const;
  [[nodiscard]] std::vector<WorkBlock> joined(bool across_epochs) const;
  void join_neighbours();

  std::vector<WorkBlock> blocks_;
  double work_ = 0;
  int epochs_ = 0;
  long reports_ = 0;
  double work_at_epoch_end_ = 0;
  double resolution_ = 0;  ///< a block of at least this much work is full
  Seconds duration_{0};
  bool ends_are_early_ = false;  ///< an epoch lasted longer than was said when it ended
  bool lasted_longer_ = false;   ///< the last one
  bool epochs_joined_ = false;   ///< epochs are smaller than blocks
};

}  // namespace joulecast::estimate
