// Turns a count that a training prints into the work that this run has done.
//
// The count may begin anywhere (a run resumed at epoch 37 of 90), move by any stride (every tenth epoch is
// printed), be repeated by other ranks a moment later, and begin again from the start (the next fold).
#pragma once

#include <optional>
#include <vector>

#include "base/units.hpp"

namespace joulecast::progress {

class Counter {
 public:
  /// `begin`: when counting began, from the run's start.
  explicit Counter(Seconds begin) : begin_(begin) {}

  /// What a count means beside those before it.
  enum class Meaning {
    forward,  ///< more was done
    same,     ///< said before
    echo,     ///< less, a moment after: another rank that lags behind
    restart,  ///< counting begins again from the start
    back,     ///< less, and none of these: a contradiction
  };
  /// `first_unit`: counts up to this are the start of counting, e.g. 1 for epochs.
  [[nodiscard]] Meaning meaning_of(double count, Seconds at, double first_unit) const;

  /// The count before any work of this run, where that is known for certain: an epoch's beginning is told.
  void begin_at(double count);
  /// Takes a count that is `forward`. `total`: the last count, where known.
  void advance(double count, Seconds at, std::optional<double> total);
  /// No more counts will come: settles where counting began.
  void finish(std::optional<double> total);

  /// A count and the work that it means.
  struct Point {
    Seconds time{0};
    double work = 0;
  };
  /// Points since the last call. The first ones wait until it is known where counting began.
  [[nodiscard]] std::vector<Point> take_points();
  /// The times of those that wait.
  [[nodiscard]] std::vector<Seconds> undecided_times() const;

  /// Where counting began: work = count - base. Nothing while that is not known.
  [[nodiscard]] std::optional<double> base() const { return base_; }
  [[nodiscard]] std::optional<double> count() const;
  [[nodiscard]] double work() const { return base_ && last_ ? *last_ - *base_ : 0; }
  /// Whether anything was counted.
  [[nodiscard]] bool counted() const { return last_.has_value(); }
  /// The last advance but one to the last; 0 until there were two.
  [[nodiscard]] double stride() const { return stride_; }
  /// Whether so little time has passed since the last advance that another rank may be the one that speaks.
  [[nodiscard]] bool is_soon(Seconds at) const;

 private:
  void settle(double base);
  void look_for_base(std::optional<double> total);

  struct Heard {
    double count;
    Seconds at;
  };

  Seconds begin_;
  std::optional<double> base_;
  std::optional<double> last_;
  Seconds last_at_{0};
  double stride_ = 0;
  int advances_ = 0;
  std::vector<Heard> waiting_;
  std::vector<Point> points_;
};

}  // namespace joulecast::progress
