// A bar that jumps over what an earlier run had done, as in a resumed training: where this run's own work
// begins.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/clock.hpp"

namespace joulecast::progress {

class SkippedStart {
 public:
  /// A bar's count. Returns where counting began once the move after the jump shows how fast steps are: tqdm
  /// draws ten times a second at most, so the jump has as many steps of its own in it as fit into that time.
  std::optional<double> note(double done, std::optional<double> total, SteadyTime time) {
    constexpr double smallest_jump = 0.1;     // of the total
    constexpr double strides_to_first = 1.5;  // a first count of so many strides was reached from the start
    constexpr double between_drawings = 0.1;  // s
    if (total != total_ || done == 0) {
      *this = SkippedStart();
      total_ = total;
      at_zero_ = done == 0;
      return std::nullopt;
    }
    if (std::exchange(at_zero_, false) && done > smallest_jump * total.value_or(0)) jump_ = Jump{done, time};
    if (!jump_ || done <= jump_->to) return std::nullopt;
    const auto [to, at] = *std::exchange(jump_, std::nullopt);
    const double move = done - to, lasted = (time - at).value();
    if (to <= strides_to_first * move) return std::nullopt;
    const double own = lasted > 0 ? std::round(move / lasted * between_drawings) : move;
    return to - std::clamp(own, 1.0, std::max(1.0, move));
  }

 private:
  struct Jump {
    double to = 0;
    SteadyTime time;
  };
  std::optional<double> total_;
  bool at_zero_ = false;
  std::optional<Jump> jump_;
};

}  // namespace joulecast::progress
