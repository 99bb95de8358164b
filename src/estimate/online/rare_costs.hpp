// What comes between the units of work now and then, such as an evaluation or a checkpoint, found in all
// units at once.
//
// RegimeTracker follows the units one by one. Where they scatter much, it may take the units around an
// evaluation for a new regime and forget the evaluation. This looks for units that stand out from their
// neighbours, so that the forecast never falls below what such costs have shown so far without saying that it
// is uncertain.
#pragma once

#include <span>
#include <vector>

namespace joulecast::estimate {

class RareCosts {
 public:
  struct Unit {
    double begin = 0;  ///< work done before it
    double work = 0;
    double rate = 0;  ///< cost per work
  };

  RareCosts() = default;
  /// In the order of time. The first units may be start-up, and the last one the beginning of something
  /// lasting: neither counts unless it is as large as two others: the first three with those after them, the
  /// last one with those before it.
  explicit RareCosts(std::span<const Unit> units);

  [[nodiscard]] int seen() const { return static_cast<int>(places_.size()); }

  /// Three or more were seen and none has stayed away since: they are expected to go on, as a renewal process
  /// with their mean distance.
  [[nodiscard]] bool recur() const;
  /// The first unit cost as much more than the others: they come before the steps of a cycle, so that none
  /// follows the last one.
  [[nodiscard]] bool begin_cycles() const { return begin_cycles_; }
  /// Mean cost of one.
  [[nodiscard]] double each() const { return each_; }

  struct Next {
    double cost = 0;  ///< beyond the other work, if they come on
    double sd = 0;    ///< its standard deviation; 0 unless they recur
  };
  /// What to expect of the next `work`; 0 if nothing was seen. Unless they recur, they may as well never come
  /// again: if they do, then as regularly as so far, where the first one's place is its period until there is
  /// a second.
  [[nodiscard]] Next next(double work) const;

 private:
  struct Found {
    double place = 0;  ///< work done before it
    double excess = 0;
  };
  void find(std::span<const Unit> units);
  void keep(const std::vector<Found>& early, const std::vector<Found>& later, double cost);
  [[nodiscard]] bool is_alike(double excess) const;
  /// Of the distances between them.
  [[nodiscard]] double relative_scatter() const;
  [[nodiscard]] double mean_distance() const;

  std::vector<double> places_;  ///< work done before each
  double each_ = 0;             ///< mean cost
  bool begin_cycles_ = false;
  double done_ = 0;
  double unit_ = 0;  ///< mean work of a unit: places are known no better
};

}  // namespace joulecast::estimate
