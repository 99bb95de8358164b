// The work of parts that do the same again, such as folds: as announced, until one ended early. Then the
// others are expected to be like those that were seen.
#pragma once

#include <optional>

#include "base/units.hpp"

namespace joulecast::measure {

class Repeats {
 public:
  /// One is over: the work it did, how long it took, and the work that was announced for it.
  void add(double work, Seconds duration, std::optional<double> announced);

  [[nodiscard]] int seen() const { return seen_; }
  /// The last two took different times for their work, or the present one does: as where each trains on more
  /// data, so that nothing is known of the others.
  [[nodiscard]] bool differ(double work, Seconds duration) const;

  struct Expected {
    double work = 0;  ///< of the present one and the others after it
    double sd = 0;    ///< its standard deviation
  };
  /// `announced`: for the present one, of which `done` is done. `others`: that come after it.
  [[nodiscard]] Expected expect(double announced, double done, int others) const;

 private:
  int seen_ = 0;
  bool ended_early_ = false;  ///< one of them
  bool differ_ = false;
  Seconds last_rate_{0};  ///< time per work of the last one
  double mean_ = 0;
  double squares_ = 0;  ///< sum of squares about the mean
};

}  // namespace joulecast::measure
