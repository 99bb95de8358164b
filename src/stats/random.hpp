// A small, fast, reproducible generator for resampling: the same seed gives the same numbers on every
// machine, whatever the number of threads.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace joulecast::stats {

/// SplitMix64 (Steele, Lea and Flood 2014): spreads a seed.
class SplitMix64 {
 public:
  explicit constexpr SplitMix64(std::uint64_t seed) : state_(seed) {}
  constexpr std::uint64_t operator()() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

/// xoshiro256++ (Blackman and Vigna 2021). `stream` gives independent sequences under one seed.
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed, std::uint64_t stream = 0) {
    SplitMix64 spread(seed);
    SplitMix64 mixed(spread() ^ (stream * 0xd1342543de82ef95U + 1));
    for (auto& word : state_) word = mixed();
  }
  constexpr std::uint64_t operator()() {
    const auto result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const auto t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  /// Uniform on 0..n-1 (Lemire's multiplication; its bias is below n / 2^32). n < 2^32.
  constexpr std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((*this)() >> 32) * n >> 32);
  }
  /// Uniform on [0, 1).
  constexpr double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace joulecast::stats
