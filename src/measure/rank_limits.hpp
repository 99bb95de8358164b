// The limits of the other ranks of a node. Each acts by its own rule: a warning at a lower figure says
// nothing of where another rank wanted its training to end. Ranks that were given the same limits have one of
// them together, which acts once. They outlive their ranks: what they limit is the training. Internal to the
// module.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "measure/limits.hpp"

namespace joulecast::measure {

class RankLimitList {
 public:
  struct Held {
    Limits limits;
    std::optional<int> rank;            ///< the first one that was given them
    std::vector<std::size_t> owners{};  ///< places among the ranks that are attached
  };

  /// What the rank that measured before has told.
  void add(const progress::KnownLimits& known);
  /// Of a rank that has just attached.
  void add(const progress::RankGreeting& greeting, std::size_t place);
  [[nodiscard]] std::vector<Held>& held() { return held_; }
  [[nodiscard]] std::vector<progress::KnownLimits> known() const;

 private:
  [[nodiscard]] Held* find(const progress::RankLimits& limits);
  std::vector<Held> held_;
};

[[nodiscard]] progress::KnownLimits known_of(const Limits& limits, std::optional<int> rank);

}  // namespace joulecast::measure
