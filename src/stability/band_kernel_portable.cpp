// Any machine: two doubles at a time by the compilers' vector types.
#include "stability/band_kernel.hpp"

#define JOULECAST_INLINE [[gnu::always_inline]] inline

namespace joulecast::stability {
namespace {

struct PairLanes {
  using Vector = double __attribute__((vector_size(16)));
  using Integers = std::int64_t __attribute__((vector_size(16)));
  using Mask = Integers;
  static constexpr std::size_t lanes = 2;
  static constexpr std::size_t vectors = 8;

  JOULECAST_INLINE static Vector load(const double* p) { return Vector{p[0], p[1]}; }
  JOULECAST_INLINE static void store(double* p, Vector v) {
    p[0] = v[0];
    p[1] = v[1];
  }
  JOULECAST_INLINE static Vector broadcast(double x) { return Vector{x, x}; }
  JOULECAST_INLINE static Vector multiply(Vector a, Vector b) { return a * b; }
  JOULECAST_INLINE static Vector subtract(Vector a, Vector b) { return a - b; }
  JOULECAST_INLINE static Vector multiply_add(Vector a, Vector b, Vector c) { return a * b + c; }
  JOULECAST_INLINE static Vector minimum(Vector a, Vector b) { return a < b ? a : b; }
  JOULECAST_INLINE static Mask greater(Vector a, Vector b) { return a > b; }
  JOULECAST_INLINE static Mask either(Mask a, Mask b) { return a | b; }
  JOULECAST_INLINE static Mask none() { return Mask{0, 0}; }
  JOULECAST_INLINE static bool any(Mask m) { return (m[0] | m[1]) != 0; }
  JOULECAST_INLINE static void replace(Mask mask, Vector value, std::int64_t index, double* best,
                                       std::int64_t* at) {
    for (int lane = 0; lane < 2; ++lane) {
      if (mask[lane] == 0) continue;
      best[lane] = value[lane];
      at[lane] = index;
    }
  }
};

#include "stability/band_kernel_body.hpp"

}  // namespace

const BandKernel portable_band_kernel{"portable", Band<PairLanes>::width, run_band<PairLanes>};

}  // namespace joulecast::stability
