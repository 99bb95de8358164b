// The inner loop of the matrix profile, one implementation an instruction set. Internal to the matrix
// profile.
#pragma once

#include <cstddef>
#include <cstdint>

#include "stability/windows.hpp"

namespace joulecast::stability {

/// Extremes over a block of consecutive windows: they bound the rounding error of a covariance recurrence.
struct BlockExtremes {
  double df = 0;             ///< largest |df|
  double dg = 0;             ///< largest |dg|
  double norm = 0;           ///< largest norm
  double smallest_norm = 0;  ///< of the windows that are not constant; infinite where all are
};
constexpr std::size_t extremes_block = 16;

/// Everything a kernel reads. Plain pointers, because the kernels are compiled for instruction sets that the
/// machine may lack: an inline function of a shared header, instantiated there, might be the copy that all
/// other files get.
struct BandInput {
  const double* samples;
  const double* offset;
  const double* df;
  const double* dg;
  const double* inverse_norm;
  const BlockExtremes* blocks;
  std::size_t count;
  std::size_t length;
  /// (m+1) x noise variance in scaled units; 0 = none. De Paepe's correction adds
  /// noise x min(inverse_norm_i^2, inverse_norm_j^2) to a correlation.
  double noise;
};

/// The best correlation found so far of each window with a later one (right) and an earlier one (left).
struct BandOutput {
  double* left;
  std::int64_t* left_index;
  double* right;
  std::int64_t* right_index;
};

/// Walks the diagonals [first, first + width) and keeps every better neighbour. In a tie the earlier find is
/// kept, so that bands in rising order leave the nearest one.
using BandFunction = void (*)(const BandInput&, BandOutput, std::size_t first);

struct BandKernel {
  const char* name;
  std::size_t width;
  BandFunction run;
};

extern const BandKernel portable_band_kernel;
extern const BandKernel avx2_band_kernel;    ///< width 0 where it was not compiled
extern const BandKernel avx512_band_kernel;  ///< width 0 where it was not compiled

/// Two windows that correlate better than this are the same for us, and the nearer one is taken: their
/// distance is below 5e-7 sqrt(m), and rounding alone would decide among repeats of the very same samples.
constexpr double same_correlation = 1 - 0x1p-44;

}  // namespace joulecast::stability
