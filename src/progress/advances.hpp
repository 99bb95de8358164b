// Work done at times: a run of any length and any number of steps gives some thousand of them.
#pragma once

#include <optional>
#include <vector>

#include "progress/counter.hpp"
#include "trace/run.hpp"

namespace joulecast::progress {

/// Work done at a time, and whether an epoch ended with it.
struct Advance {
  trace::ProgressPoint point;
  bool epoch_end = false;
  /// The work within the phase's epochs was wrong until now: only that at their ends counts.
  bool recount = false;
};

/// Thins what a Counter gives: an advance each half a percent of the work, or after a five-hundredth of the
/// time so far. Every epoch's end stays.
class Advances {
 public:
  void begin_phase(std::size_t phase, Seconds begin);
  /// Gives out the phase's last advance, however close it is to the one before.
  void end_phase();

  /// `total`: the phase's, where it is known.
  void add(const Counter::Point& point, std::optional<double> total);
  /// The work up to here is an epoch's; also where it was reached before and the epoch only lasted longer.
  void end_epoch(Seconds at, double work);
  /// The work that was added within epochs was none. Tell it before the end of the epoch that showed it.
  void recount() { recount_ = true; }

  /// When the last one of this phase was; 0 before the first.
  [[nodiscard]] Seconds last_time() const { return last_.point.time; }
  /// New ones since the last call.
  [[nodiscard]] std::vector<Advance> take();

 private:
  std::size_t phase_ = 0;
  Seconds begun_{0};
  Advance last_;                     ///< that was given out
  std::optional<Advance> withheld_;  ///< a later one, too close to it
  bool recount_ = false;
  std::vector<Advance> new_;
};

}  // namespace joulecast::progress
