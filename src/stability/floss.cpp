#include "stability/floss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stability/band_kernel.hpp"
#include "stability/chance.hpp"
#include "stability/detector.hpp"
#include "stability/matrix_profile.hpp"

namespace joulecast::stability {
namespace {

constexpr std::uint64_t nowhere = std::numeric_limits<std::uint64_t>::max();
constexpr double none_yet = -std::numeric_limits<double>::infinity();
// Every covariance is computed anew once in this many samples, a few with each sample, so that rounding
// errors do not add up.
constexpr std::size_t refresh_interval = 64;

}  // namespace

Result<Floss> Floss::make(const FlossOptions& options) {
  if (options.window < 3)
    return fail(ErrorKind::invalid, "window", "{} samples; at least 3 are needed", options.window);
  if (options.buffer < 2 * options.window)
    return fail(ErrorKind::invalid, "buffer", "{} samples are too few for windows of {}", options.buffer,
                options.window);
  return Floss{options};
}

Floss::Floss(const FlossOptions& options)
    : window_(options.window),
      exclusion_(options.exclusion.value_or((options.window + 3) / 4)),
      edge_(options.window * options.exclusion_factor),
      capacity_(options.buffer - options.window + 1) {
  const std::size_t room = 2 * options.buffer;
  for (auto* array : {&samples_, &offset_, &df_, &dg_, &inverse_norm_, &half_if_constant_, &covariance_,
                      &next_covariance_, &best_})
    array->assign(room, 0);
  right_.assign(room, nowhere);
  marks_.assign(room, 0);
  harmonics_.assign(capacity_ + 1, 0);
  for (std::size_t i = 1; i <= capacity_; ++i) harmonics_[i] = harmonics_[i - 1] + 1 / static_cast<double>(i);
}

Status Floss::push(double sample) {
  if (!std::isfinite(sample)) return fail(ErrorKind::invalid, "sample", "not a finite number");
  if (count_ == capacity_) drop_oldest();
  if (begin_ + count_ + window_ > samples_.size()) make_room();
  const std::size_t waiting = count_ == 0 ? static_cast<std::size_t>(seen_) : count_ + window_ - 1;
  samples_[begin_ + waiting] = sample;
  ++seen_;
  if (seen_ < window_) return {};
  ++count_;
  describe_newest();
  advance_covariances();
  link_newest();
  return {};
}

void Floss::make_room() {
  const auto move = [&](auto& array, std::size_t length) {
    std::copy_n(array.begin() + static_cast<std::ptrdiff_t>(begin_), length, array.begin());
  };
  move(samples_, count_ + window_ - 1);
  for (auto* array : {&offset_, &df_, &dg_, &inverse_norm_, &half_if_constant_, &covariance_, &best_})
    move(*array, count_);
  move(right_, count_);
  move(marks_, count_);
  begin_ = 0;
}

void Floss::drop_oldest() {
  if (right_[begin_] != nowhere) ++marks_[begin_ + static_cast<std::size_t>(right_[begin_] - first_)];
  ++begin_;
  ++first_;
  --count_;
}

void Floss::describe_newest() {
  const std::size_t i = begin_ + count_ - 1;
  const double* x = samples_.data() + i;
  double sum = 0;
  for (std::size_t t = 1; t < window_; ++t) sum += x[t] - x[0];
  const double offset = sum / static_cast<double>(window_);
  double squares = 0;
  bool constant = true;
  for (std::size_t t = 0; t < window_; ++t) {
    const double deviation = (x[t] - x[0]) - offset;
    squares += deviation * deviation;
    constant = constant && x[t] == x[0];
  }
  constant = constant || squares == 0;
  offset_[i] = offset;
  inverse_norm_[i] = constant ? 0 : 1 / std::sqrt(squares);
  half_if_constant_[i] = constant ? 0.5 : 0;
  df_[i] = count_ == 1 ? 0 : (x[window_ - 1] - x[-1]) / 2;
  dg_[i] = count_ == 1 ? 0 : ((x[window_ - 1] - x[0]) - offset) - offset_[i - 1];
  best_[i] = none_yet;
  right_[i] = nowhere;
  marks_[i] = 0;
}

double Floss::covariance(std::size_t a, std::size_t b) const {
  const double* x = samples_.data() + a;
  const double* y = samples_.data() + b;
  double sum = 0;
  for (std::size_t t = 0; t < window_; ++t)
    sum += ((x[t] - x[0]) - offset_[a]) * ((y[t] - y[0]) - offset_[b]);
  return sum;
}

// cov(newest, j) = cov(newest - 1, j - 1) + df dg_j + df_j dg: see windows.hpp.
void Floss::advance_covariances() {
  const std::size_t newest = begin_ + count_ - 1;
  const double df = df_[newest];
  const double dg = dg_[newest];
  const double* const old = covariance_.data();
  double* const next = next_covariance_.data();
  for (std::size_t j = begin_ + 1; j <= newest; ++j) next[j] = old[j - 1] + df * dg_[j] + df_[j] * dg;
  next[begin_] = covariance(newest, begin_);
  // Chosen by their distance from the newest window, because the recurrence runs along equal distances.
  const std::size_t chunk = (capacity_ + refresh_interval - 1) / refresh_interval;
  for (std::size_t done = 0; done < chunk; ++done) {
    if (refresh_ < count_) next[newest - refresh_] = covariance(newest, newest - refresh_);
    refresh_ = refresh_ + 1 == capacity_ ? 0 : refresh_ + 1;
  }
  covariance_.swap(next_covariance_);
}

void Floss::link_newest() {
  if (count_ <= exclusion_ + 1) return;
  const std::size_t newest = begin_ + count_ - 1;
  const std::uint64_t position = first_ + count_ - 1;
  const double inverse_norm = inverse_norm_[newest];
  const double base = half_if_constant_[newest];
  const double* const covariances = covariance_.data();
  // A constant window has correlation 1 with another, 1/2 with any other: see matrix_profile.hpp.
  for (std::size_t j = begin_; j + exclusion_ < newest; ++j) {
    const double raw = covariances[j] * inverse_norm_[j] * inverse_norm + half_if_constant_[j] + base;
    const double correlation = raw < same_correlation ? raw : same_correlation;
    if (!(correlation > best_[j])) continue;
    best_[j] = correlation;
    if (right_[j] == nowhere) {
      ++marks_[j];
    } else {
      ++marks_[begin_ + static_cast<std::size_t>(right_[j] - first_)];
    }
    --marks_[newest];
    right_[j] = position;
  }
}

std::vector<std::int64_t> Floss::right_neighbours() const {
  std::vector<std::int64_t> neighbours(count_, no_neighbour);
  for (std::size_t j = 0; j < count_; ++j)
    if (right_[begin_ + j] != nowhere) neighbours[j] = static_cast<std::int64_t>(right_[begin_ + j]);
  return neighbours;
}

double Floss::ideal(std::size_t t) const {
  constexpr double in_place_of_zero = 1e-10;
  if (t + 1 >= count_) return in_place_of_zero;
  return static_cast<double>(count_ - 1 - t) * (harmonics_[count_ - 1] - harmonics_[count_ - 2 - t]);
}

std::vector<double> Floss::corrected_arc_curve() const {
  std::vector<double> curve(count_, 1);
  int arcs = 0;
  for (std::size_t t = 0; t < count_; ++t) {
    arcs += marks_[begin_ + t];
    if (t >= edge_ && t + edge_ < count_) curve[t] = std::min(1.0, arcs / ideal(t));
  }
  return curve;
}

std::optional<RegimeChange> Floss::change() const {
  RegimeChange least;
  int arcs = 0;
  for (std::size_t t = 0; t + edge_ < count_; ++t) {
    arcs += marks_[begin_ + t];
    if (t < edge_ || arcs >= least.arcs * ideal(t)) continue;
    least = {t, arcs / ideal(t), false};
  }
  if (least.arcs >= 1) return std::nullopt;
  least.censored = least.position == edge_ || least.position + edge_ + 1 == count_;
  least.position += static_cast<std::size_t>(first_);
  return least;
}

namespace {

Result<StablePoint> find(std::span<const double> power, const DetectorOptions& options) {
  FlossOptions how;
  how.window = options.window;
  how.exclusion_factor = options.exclusion_factor;
  const std::size_t least = 2 * how.window * how.exclusion_factor + how.window;
  if (const auto usable = check_series(power, least, "floss"); !usable) return propagate(usable.error());
  auto stream = Floss::make(how);
  if (!stream) return propagate(stream.error());
  for (const double sample : without_ties(power, how.window))
    if (const auto taken = stream->push(sample); !taken) return propagate(taken.error());
  const auto first = static_cast<std::size_t>(stream->first_window());
  const auto kept = power.subspan(first);
  auto neighbours = stream->right_neighbours();
  for (auto& neighbour : neighbours)
    if (neighbour != no_neighbour) neighbour -= static_cast<std::int64_t>(first);
  spread_constant_windows(kept, how.window, Arcs::to_the_right, neighbours);
  const std::size_t edge = how.window * how.exclusion_factor;
  const auto curve = correct_arcs(arc_counts(neighbours), ideal_right_arcs(neighbours.size()), edge);
  const auto changes = regime_changes(curve, 2, edge);
  if (changes.empty() || !is_real_change(kept, how.window, Arcs::to_the_right, changes[0]))
    return StablePoint{};
  return StablePoint{changes[0].position + first, true, changes[0].censored};
}

}  // namespace

extern const StabilityDetector floss_detector{"floss", "FLOSS over the stream, the last 4096 samples", find};

}  // namespace joulecast::stability
