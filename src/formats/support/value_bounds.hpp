// What the values of one imported channel may be, and how it is told that one is not.
#pragma once

#include <string>

#include "trace/channel.hpp"

namespace joulecast::formats {

/// Whether a power of exactly 0 W may be a reading. A board, a CPU or a whole machine that is on draws
/// something, and programs write 0 for what they could not read; a single supply rail may be off.
enum class ZeroWatts { missing, real };

/// The rule of trace::can_be(), ready for many values.
class ValueBounds {
 public:
  explicit ValueBounds(const trace::Channel& channel, ZeroWatts zero = ZeroWatts::missing);

  /// Whether no measurement gives this value; false for NaN, which stands for no value.
  [[nodiscard]] bool is_doubtful(double value) const {
    return value < least_ || value > most_ || (value == 0 && zero_is_missing_);
  }
  /// "gpu0_power: -3 W cannot be"
  [[nodiscard]] std::string doubt(double value) const;
  /// The most that the channel may have from now on, if that is more than before.
  void raise(Watts most);
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool of_power() const { return unit_ == "W"; }

 private:
  double least_;
  double most_;
  bool zero_is_missing_;
  std::string name_;
  std::string unit_;
};

}  // namespace joulecast::formats
