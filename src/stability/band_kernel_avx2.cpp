// x86-64 with AVX2 and FMA: four doubles at a time.
#include "stability/band_kernel.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#define JOULECAST_INLINE [[gnu::always_inline]] inline

// Only code in this region may use these instructions. It has internal linkage, so that no other file can get
// it by accident.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

namespace joulecast::stability {
namespace {

struct Avx2Lanes {
  using Vector = __m256d;
  using Mask = __m256d;
  static constexpr std::size_t lanes = 4;
  static constexpr std::size_t vectors = 8;

  JOULECAST_INLINE static Vector load(const double* p) { return _mm256_loadu_pd(p); }
  JOULECAST_INLINE static void store(double* p, Vector v) { _mm256_storeu_pd(p, v); }
  JOULECAST_INLINE static Vector broadcast(double x) { return _mm256_set1_pd(x); }
  JOULECAST_INLINE static Vector multiply(Vector a, Vector b) { return _mm256_mul_pd(a, b); }
  JOULECAST_INLINE static Vector subtract(Vector a, Vector b) { return _mm256_sub_pd(a, b); }
  JOULECAST_INLINE static Vector multiply_add(Vector a, Vector b, Vector c) {
    return _mm256_fmadd_pd(a, b, c);
  }
  JOULECAST_INLINE static Vector minimum(Vector a, Vector b) { return _mm256_min_pd(a, b); }
  JOULECAST_INLINE static Mask greater(Vector a, Vector b) { return _mm256_cmp_pd(a, b, _CMP_GT_OQ); }
  JOULECAST_INLINE static Mask either(Mask a, Mask b) { return _mm256_or_pd(a, b); }
  JOULECAST_INLINE static Mask none() { return _mm256_setzero_pd(); }
  JOULECAST_INLINE static bool any(Mask m) { return _mm256_movemask_pd(m) != 0; }
  JOULECAST_INLINE static void replace(Mask mask, Vector value, std::int64_t index, double* best,
                                       std::int64_t* at) {
    const __m256i which = _mm256_castpd_si256(mask);
    _mm256_maskstore_pd(best, which, value);
    _mm256_maskstore_epi64(reinterpret_cast<long long*>(at), which, _mm256_set1_epi64x(index));
  }
};

#include "stability/band_kernel_body.hpp"

constexpr std::size_t avx2_width = Band<Avx2Lanes>::width;
void run_avx2(const BandInput& in, BandOutput out, std::size_t first) {
  run_band<Avx2Lanes>(in, out, first);
}

}  // namespace
}  // namespace joulecast::stability

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace joulecast::stability {
const BandKernel avx2_band_kernel{"avx2", avx2_width, run_avx2};
}
#else
namespace joulecast::stability {
const BandKernel avx2_band_kernel{"avx2", 0, nullptr};
}
#endif
