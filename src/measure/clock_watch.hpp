// Notices disturbances of the clock during a run: a suspended machine, or a clock that was set.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"

namespace joulecast::measure {

class ClockWatch {
 public:
  explicit ClockWatch(const Clock& clock);
  /// One line for each event since the previous call.
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
