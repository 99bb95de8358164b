#include "sensors/support/counter_audit.hpp"

namespace joulecast::sensors {
namespace {

// Long enough that averaging windows and update periods do not matter, and with enough energy to compare.
constexpr Seconds window{20};
constexpr Joules least_energy{100};
// A gauge that samples a quarter of the time misreads short loads by up to 70 % (Yang et al., arXiv
// 2312.02741); a counter that is off by more than this factor is broken.
constexpr double largest_ratio = 2.5;
constexpr int most_falls = 3;  ///< one fall may be a reloaded driver, several are a fault

}  // namespace

bool CounterAudit::observe(SteadyTime time, std::uint64_t count, Watts power) {
  if (!trusted_) return false;
  if (last_time_) {
    const Seconds elapsed = time - *last_time_;
    if (count >= last_count_) {
      by_counter_ += Joules{static_cast<double>(count - last_count_) * joules_per_count_};
      by_power_ += (last_power_ + power) * 0.5 * elapsed;
      window_ += elapsed;
    } else {
      ++falls_;
    }
    judge();
  }
  last_time_ = time;
  last_count_ = count;
  last_power_ = power;
  return trusted_;
}

void CounterAudit::judge() {
  if (falls_ >= most_falls) trusted_ = false;
  if (window_ < window || by_power_ < least_energy) return;
  if (by_counter_ * largest_ratio < by_power_ || by_counter_ > by_power_ * largest_ratio) trusted_ = false;
  if (!trusted_) return;
  window_ = Seconds{0};
  by_counter_ = by_power_ = Joules{0};
}

}  // namespace joulecast::sensors
