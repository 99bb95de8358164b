// A probe: the command is measured until its forecast is ready or a time is up, and is then ended.
#pragma once

#include <csignal>
#include <optional>

#include "base/clock.hpp"
#include "measure/measurement.hpp"

namespace joulecast::run {

struct ProbeOptions {
  Seconds at_most{90};  ///< from the command's start
  /// Between the signal that asks the command to end and the one that it cannot refuse.
  Seconds grace{30};
};

enum class ProbeEnd {
  by_itself,  ///< the command ended, or somebody else ended it
  ready,
  time_up,
};

/// What the probe has found out. While the command is being ended, nothing changes any more.
struct ProbeState {
  ProbeEnd end = ProbeEnd::by_itself;
  measure::Live live;   ///< at the last tick before that
  bool killed = false;  ///< it did not end within the grace time
};

/// Whether the probe is over, with the reason.
[[nodiscard]] std::optional<ProbeEnd> end_of_probe(const ProbeOptions& options, const measure::Live& live);

/// Which signals go to everything that the command has started, while it is being ended. The command itself
/// is asked first, alone, so that it can save its state with its workers still there.
class PoliteEnd {
 public:
  PoliteEnd(SteadyTime since, Seconds grace) : since_(since), grace_(grace) {}

  /// The signal that is due, if one is: SIGTERM once, when the command has ended or a third of the grace time
  /// is over; SIGKILL from the end of the grace time on.
  [[nodiscard]] std::optional<int> due(SteadyTime now, bool command_has_ended);
  /// Nothing can be done about what still runs.
  [[nodiscard]] bool is_hopeless(SteadyTime now) const;

 private:
  SteadyTime since_;
  Seconds grace_;
  bool asked_all_ = false;
};

}  // namespace joulecast::run
