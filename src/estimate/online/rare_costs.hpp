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
  /// lasting: neither counts.
  explicit RareCosts(std::span<const Unit> units);

  [[nodiscard]] int seen() const { return static_cast<int>(places_.size()); }
  /// What those of the next `work` cost beyond the other work, if they come as regularly as they have come so
  /// far. The first one's place is its period until there is a second. 0 if none was seen.
  [[nodiscard]] double next(double work) const;

 private:
  void find(std::span<const Unit> units);

  std::vector<double> places_;  ///< work done before each
  double each_ = 0;             ///< mean cost
  double done_ = 0;
  double unit_ = 0;  ///< mean work of a unit: places are known no better
};

}  // namespace joulecast::estimate
