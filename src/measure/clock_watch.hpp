// Notices what happened to time itself during a run: a suspend, or somebody setting the clock.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"

namespace joulecast::measure {

class ClockWatch {
 public:
  explicit ClockWatch(const Clock& clock);
  /// One line for each thing that happened since the last look.
  [[nodiscard]] std::vector<std::string> look();

 private:
  struct Moment {
    SteadyTime steady;
    WallTime wall;
    Seconds suspended{0};
  };
  [[nodiscard]] Moment now() const;

  const Clock* clock_;
  Moment last_;
};

}  // namespace joulecast::measure
