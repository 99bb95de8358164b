// x86-64 with AVX-512: eight doubles at a time.
#include "stability/band_kernel.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#define JOULECAST_INLINE [[gnu::always_inline]] inline

// Only code in this region may use these instructions. It has internal linkage, so that no other file can get
// it by accident.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,fma")
#endif

namespace joulecast::stability {
namespace {

struct Avx512Lanes {
  using Vector = __m512d;
  using Mask = __mmask8;
  static constexpr std::size_t lanes = 8;
  static constexpr std::size_t vectors = 16;

  JOULECAST_INLINE static Vector load(const double* p) { return _mm512_loadu_pd(p); }
  JOULECAST_INLINE static void store(double* p, Vector v) { _mm512_storeu_pd(p, v); }
  JOULECAST_INLINE static Vector broadcast(double x) { return _mm512_set1_pd(x); }
  JOULECAST_INLINE static Vector multiply(Vector a, Vector b) { return _mm512_mul_pd(a, b); }
  JOULECAST_INLINE static Vector subtract(Vector a, Vector b) { return _mm512_sub_pd(a, b); }
  JOULECAST_INLINE static Vector multiply_add(Vector a, Vector b, Vector c) {
    return _mm512_fmadd_pd(a, b, c);
  }
  JOULECAST_INLINE static Vector minimum(Vector a, Vector b) {
    // Not _mm512_min_pd: gcc 12 warns that its unused operand is uninitialised.
    return _mm512_mask_min_pd(a, 0xff, a, b);
  }
  JOULECAST_INLINE static Mask greater(Vector a, Vector b) { return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ); }
  JOULECAST_INLINE static Mask either(Mask a, Mask b) { return static_cast<Mask>(a | b); }
  JOULECAST_INLINE static Mask none() { return 0; }
  JOULECAST_INLINE static bool any(Mask m) { return m != 0; }
  JOULECAST_INLINE static void replace(Mask mask, Vector value, std::int64_t index, double* best,
                                       std::int64_t* at) {
    _mm512_mask_storeu_pd(best, mask, value);
    _mm512_mask_storeu_epi64(at, mask, _mm512_set1_epi64(index));
  }
};

#include "stability/band_kernel_body.hpp"

constexpr std::size_t avx512_width = Band<Avx512Lanes>::width;
void run_avx512(const BandInput& in, BandOutput out, std::size_t first) {
  run_band<Avx512Lanes>(in, out, first);
}

}  // namespace
}  // namespace joulecast::stability

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace joulecast::stability {
const BandKernel avx512_band_kernel{"avx512", avx512_width, run_avx512};
}
#else
namespace joulecast::stability {
const BandKernel avx512_band_kernel{"avx512", 0, nullptr};
}
#endif
