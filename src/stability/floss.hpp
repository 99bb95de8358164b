// FLOSS: FLUSS over a stream. A buffer of the last samples, the right neighbour of each of its windows, and
// the arcs between them, updated with every sample in O(buffer).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "stability/arc_curve.hpp"

namespace joulecast::stability {

struct FlossOptions {
  std::size_t buffer = 4096;  ///< samples kept
  std::size_t window = 10;
  std::size_t exclusion_factor = 3;
  std::optional<std::size_t> exclusion = std::nullopt;  ///< as MatrixProfileOptions'
};

/// Not safe to share between threads without a lock; copies are independent.
class Floss {
 public:
  /// invalid where the window is below 3 or the buffer holds fewer than two windows.
  [[nodiscard]] static Result<Floss> make(const FlossOptions& options);

  /// Takes one more sample; the oldest leaves once the buffer is full. invalid, and nothing changed, where it
  /// is not a finite number.
  Status push(double sample);

  [[nodiscard]] std::uint64_t samples_seen() const { return seen_; }
  /// Stream position of the first window in the buffer.
  [[nodiscard]] std::uint64_t first_window() const { return first_; }
  /// Windows in the buffer, k.
  [[nodiscard]] std::size_t window_count() const { return count_; }

  /// Stream positions of the windows' right neighbours, no_neighbour where there is none.
  [[nodiscard]] std::vector<std::int64_t> right_neighbours() const;
  /// Corrected by the idealised curve for right neighbours; 1 within window x exclusion_factor of both ends.
  [[nodiscard]] std::vector<double> corrected_arc_curve() const;
  /// Its minimum, as a stream position; nothing while the buffer is too short or the curve nowhere below 1.
  [[nodiscard]] std::optional<RegimeChange> change() const;

 private:
  explicit Floss(const FlossOptions& options);
  void make_room();
  void drop_oldest();
  void describe_newest();
  void advance_covariances();
  void link_newest();
  [[nodiscard]] double covariance(std::size_t a, std::size_t b) const;
  [[nodiscard]] double ideal(std::size_t t) const;

  std::size_t window_, exclusion_, edge_, capacity_;  // capacity_: windows in a full buffer
  std::uint64_t seen_ = 0, first_ = 0;
  std::size_t begin_ = 0, count_ = 0;  // the buffer's windows are [begin_, begin_ + count_) of the arrays
  std::size_t refresh_ = 0;            // where the next covariances are made afresh

  // One entry a window (samples: a sample). Room for two buffers; moved to the front when it is used up.
  std::vector<double> samples_, offset_, df_, dg_, inverse_norm_, half_if_constant_;
  std::vector<double> covariance_, next_covariance_;  // with the newest window
  std::vector<double> best_;                          // correlation with the right neighbour
  std::vector<std::uint64_t> right_;                  // its stream position
  std::vector<int> marks_;                            // arcs that begin here minus arcs that end here
  std::vector<double> harmonics_;                     // H_0 … H_capacity
};

}  // namespace joulecast::stability
