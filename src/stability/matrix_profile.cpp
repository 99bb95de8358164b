#include "stability/matrix_profile.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include "stability/band_kernel.hpp"
#include "stability/windows.hpp"

namespace joulecast::stability {
namespace {

constexpr double none_yet = -std::numeric_limits<double>::infinity();

// The best neighbour of every window on one side: as a correlation while searching.
struct Neighbours {
  std::vector<double> correlation;
  std::vector<std::int64_t> index;

  explicit Neighbours(std::size_t size) : correlation(size, none_yet), index(size, no_neighbour) {}

  void take_up(std::size_t i, double value, std::int64_t at) {
    const auto here = static_cast<std::int64_t>(i);
    const bool nearer = std::abs(at - here) < std::abs(index[i] - here);
    if (value < correlation[i] || (value == correlation[i] && index[i] != no_neighbour && !nearer)) return;
    correlation[i] = value;
    index[i] = at;
  }
};

struct Sides {
  Neighbours left, right;
  explicit Sides(std::size_t size) : left(size), right(size) {}
};

const BandKernel& kernel_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx512:
      return avx512_band_kernel;
    case InstructionSet::avx2:
      return avx2_band_kernel;
    case InstructionSet::portable:
      return portable_band_kernel;
    case InstructionSet::automatic:
      break;
  }
  return kernel_of(best_instruction_set());
}

std::vector<BlockExtremes> extremes_of(const Windows& w) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<BlockExtremes> blocks(w.norm.size() / extremes_block + 1, BlockExtremes{0, 0, 0, infinity});
  for (std::size_t i = 0; i < w.norm.size(); ++i) {
    auto& block = blocks[i / extremes_block];
    block.df = std::max(block.df, std::abs(w.df[i]));
    block.dg = std::max(block.dg, std::abs(w.dg[i]));
    block.norm = std::max(block.norm, w.norm[i]);
    if (i < w.count && !w.constant(i)) block.smallest_norm = std::min(block.smallest_norm, w.norm[i]);
  }
  return blocks;
}

// Every pair of windows more than `exclusion` apart; threads take bands of diagonals in turn.
Sides search(const Windows& w, std::size_t exclusion, double noise, unsigned threads,
             const BandKernel& kernel) {
  const auto blocks = extremes_of(w);
  const BandInput input{w.samples.data(), w.offset.data(), w.df.data(), w.dg.data(), w.inverse_norm.data(),
                        blocks.data(),    w.count,         w.length,    noise};
  const std::size_t padded = w.count + Windows::padding;
  std::atomic<std::size_t> next{exclusion + 1};
  std::vector<Sides> found(std::max(1U, threads), Sides(padded));
  const auto work = [&](Sides& mine) {
    const BandOutput output{mine.left.correlation.data(), mine.left.index.data(),
                            mine.right.correlation.data(), mine.right.index.data()};
    for (auto first = next.fetch_add(kernel.width); first < w.count; first = next.fetch_add(kernel.width))
      kernel.run(input, output, first);
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t t = 1; t < found.size(); ++t) helpers.emplace_back(work, std::ref(found[t]));
    work(found[0]);
  }
  for (std::size_t t = 1; t < found.size(); ++t) {
    for (std::size_t i = 0; i < w.count; ++i) {
      found[0].left.take_up(i, found[t].left.correlation[i], found[t].left.index[i]);
      found[0].right.take_up(i, found[t].right.correlation[i], found[t].right.index[i]);
    }
  }
  return std::move(found[0]);
}

// A constant window has no correlation, and the kernel took it as 0. Its distances, 0 to another constant
// window and sqrt(m) to any other, correspond to correlations of 1 and 1/2; of equally distant windows the
// nearest in time counts. One sweep forward in time finds the left neighbours, a sweep backward the right
// ones.
void settle_constants(const Windows& w, std::size_t exclusion, double noise, bool from_left,
                      Neighbours& side) {
  const auto at = [&](std::size_t step) { return from_left ? step : w.count - 1 - step; };
  const auto raised = [&](std::size_t i) {
    return std::min(same_correlation, 0.5 + noise * w.inverse_norm[i] * w.inverse_norm[i]);
  };
  std::int64_t last_constant = no_neighbour;
  // Neighbour of a constant window where noise is corrected: the steadiest of the others
  std::int64_t best_other = no_neighbour;
  double best_value = none_yet;
  for (std::size_t step = exclusion + 1; step < w.count; ++step) {
    const std::size_t entering = at(step - exclusion - 1);
    if (w.constant(entering)) {
      last_constant = static_cast<std::int64_t>(entering);
    } else if (raised(entering) >= best_value) {
      best_value = raised(entering);
      best_other = static_cast<std::int64_t>(entering);
    }
    const std::size_t i = at(step);
    if (!w.constant(i)) {
      if (last_constant != no_neighbour) side.take_up(i, raised(i), last_constant);
      continue;
    }
    const bool constant_found = last_constant != no_neighbour;
    side.correlation[i] = constant_found ? same_correlation : best_value;
    side.index[i] = constant_found ? last_constant : best_other;
  }
}

double distance_of(const Windows& w, double noise, std::size_t i, std::int64_t neighbour) {
  if (neighbour == no_neighbour) return std::numeric_limits<double>::infinity();
  const auto j = static_cast<std::size_t>(neighbour);
  double square = squared_distance(w, i, j);
  // A constant window's inverse norm is stored as 0 but is the larger of the two.
  const double smaller_inverse = w.constant(i)   ? w.inverse_norm[j]
                                 : w.constant(j) ? w.inverse_norm[i]
                                                 : std::min(w.inverse_norm[i], w.inverse_norm[j]);
  square -= 2 * static_cast<double>(w.length) * noise * smaller_inverse * smaller_inverse;
  return std::sqrt(std::max(0.0, square));
}

MatrixProfile finish(const Windows& w, double noise, Sides& sides) {
  MatrixProfile profile;
  profile.window = w.length;
  profile.distance.resize(w.count);
  profile.index.resize(w.count);
  profile.left_distance.resize(w.count);
  profile.right_distance.resize(w.count);
  for (auto* side : {&sides.left, &sides.right}) side->index.resize(w.count);
  profile.left_index = std::move(sides.left.index);
  profile.right_index = std::move(sides.right.index);
  for (std::size_t i = 0; i < w.count; ++i) {
    profile.left_distance[i] = distance_of(w, noise, i, profile.left_index[i]);
    profile.right_distance[i] = distance_of(w, noise, i, profile.right_index[i]);
    const double left = sides.left.correlation[i];
    const double right = sides.right.correlation[i];
    const auto here = static_cast<std::int64_t>(i);
    const bool left_is_nearer = profile.left_index[i] != no_neighbour &&
                                here - profile.left_index[i] <= profile.right_index[i] - here;
    const bool take_left = left > right || (left == right && left_is_nearer);
    profile.index[i] = take_left ? profile.left_index[i] : profile.right_index[i];
    profile.distance[i] = take_left ? profile.left_distance[i] : profile.right_distance[i];
  }
  return profile;
}

}  // namespace

bool supported(InstructionSet set) {
#if defined(__x86_64__)
  if (set == InstructionSet::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (set == InstructionSet::avx512)
    return supported(InstructionSet::avx2) && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
  return set == InstructionSet::automatic || set == InstructionSet::portable;
}

InstructionSet best_instruction_set() {
  static const InstructionSet best = supported(InstructionSet::avx512) ? InstructionSet::avx512
                                     : supported(InstructionSet::avx2) ? InstructionSet::avx2
                                                                       : InstructionSet::portable;
  return best;
}

Result<MatrixProfile> matrix_profile(std::span<const double> series, const MatrixProfileOptions& options) {
  if (!supported(options.instructions))
    return fail(ErrorKind::invalid, "instructions",
                "this machine does not have the instruction set asked for");
  if (!(options.noise_deviation >= 0) || !std::isfinite(options.noise_deviation))
    return fail(ErrorKind::invalid, "noise_deviation", "{} is not a deviation", options.noise_deviation);
  const auto windows = describe_windows(series, options.window);
  if (!windows) return propagate(windows.error());
  const std::size_t exclusion = options.exclusion.value_or((options.window + 3) / 4);
  const double deviation = options.noise_deviation * windows->scale;
  const double noise = static_cast<double>(options.window + 1) * deviation * deviation;
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  const unsigned threads = options.threads == 0 ? processors : std::min(options.threads, 4 * processors);

  Sides sides = search(*windows, exclusion, noise, threads, kernel_of(options.instructions));
  settle_constants(*windows, exclusion, noise, true, sides.left);
  settle_constants(*windows, exclusion, noise, false, sides.right);
  return finish(*windows, noise, sides);
}

}  // namespace joulecast::stability
