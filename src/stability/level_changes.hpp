// Finds the changes of level in a stream and the point from which it is steady, in bounded memory and O(1)
// time per sample.
//
// Changes are found by a two-sided CUSUM (Page, "Continuous inspection schemes", Biometrika 1954) around the
// mean since the last one; the noise is taken from the steps between samples, so that a change does not
// inflate it. Every change is a candidate for the beginning of the steady stretch. The answer is the
// candidate after which the mean has the smallest standard error (MSER's rule, see mser.hpp); for this, only
// the running sums at each candidate are kept. So the dips of a periodic load become candidates and are
// dropped again, without moving the answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace joulecast::stability {

struct LevelChangesOptions {
  double drift = 0.5;                ///< shifts below this many deviations are ignored
  double threshold = 8;              ///< a change is accepted when deviations add up to this
  std::size_t most_candidates = 32;  ///< beyond this number the least promising candidate is dropped
};

/// Copies are independent; not safe to share between threads without a lock.
class LevelChanges {
 public:
  struct Steady {
    std::uint64_t begin = 0;  ///< stream position of its first sample; 0 = from the start
    double mean = 0;
    double standard_error = 0;  ///< of the mean, as if samples were independent
  };

  explicit LevelChanges(LevelChangesOptions options = {});

  /// Takes a finite sample. Returns whether it confirmed a change of level.
  bool push(double sample);

  [[nodiscard]] std::uint64_t samples_seen() const { return now_.count; }
  /// Changes that are still candidates, rising.
  [[nodiscard]] std::vector<std::uint64_t> changes() const;
  /// Searched for in the first three quarters of the samples; nothing before the second sample.
  [[nodiscard]] std::optional<Steady> steady() const;

 private:
  struct Sums {
    std::uint64_t count = 0;
    double sum = 0;  // of x - centre
    double squares = 0;
  };
  struct Side {
    double evidence = 0;
    Sums since;  // where the evidence began to grow
    void take(double deviations, const Sums& before);
  };
  [[nodiscard]] double square_error(const Sums& from) const;
  void learn_noise(double sample);
  void begin_regime(const Sums& at);

  LevelChangesOptions options_;
  double centre_ = 0, previous_ = 0;
  double mean_step_ = 0;  // of |x[i] - x[i-1]|, over the last steps
  Sums now_, regime_;
  Side up_, down_;
  std::vector<Sums> candidates_;
};

}  // namespace joulecast::stability
