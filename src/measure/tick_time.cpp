#include "measure/tick_time.hpp"

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
  latest_ = now + longest_;
  with_reading_ = (now + shortest_).time_since_epoch().count();
}

}  // namespace joulecast::measure
