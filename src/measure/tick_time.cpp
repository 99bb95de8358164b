#include "measure/tick_time.hpp"

#include <algorithm>

namespace joulecast::measure {

TickTime::TickTime(Seconds tick, Seconds interval)
    : longest_(to_chrono(tick)), shortest_(Deadline::duration::max() / 4) {
  constexpr double much_shorter = 0.3, little_longer = 1.2;
  constexpr Seconds lateness{0.06};  ///< of a reading
  if (interval <= tick * much_shorter) {
    shortest_ = to_chrono(tick - interval);  // the last reading before the time is over
  } else if (interval >= tick && interval <= tick * little_longer) {
    shortest_ = to_chrono(tick * 0.9);
    longest_ = to_chrono(interval + lateness);
  }
  restart(std::chrono::steady_clock::now());
}

void TickTime::restart(Deadline now) {
  constexpr Seconds between_hasty_ticks{0.2};
  soonest_ = now + to_chrono(between_hasty_ticks);
  latest_ = now + longest_;
  with_reading_ = (now + shortest_).time_since_epoch().count();
}

void TickTime::hasten() {
  latest_ = std::min(latest_, soonest_);
}

}  // namespace joulecast::measure
