// Values that may not belong to a sample: a run disturbed by another job, a broken reading. The rules only
// mark them; people decide.
#pragma once

#include "stats/sample.hpp"

namespace joulecast::stats {

// Each returns the positions in the sample, ascending. Among fewer than four values none is marked.

/// Outside Tukey's fences: more than k box lengths from the box (quartiles of type 7). A box without length
/// marks nothing.
[[nodiscard]] Result<std::vector<std::size_t>> outliers_by_fences(Sample sample, double k = 1.5);

/// Modified z-score 0.6745 |x - median| / MAD above the limit (Iglewicz and Hoaglin 1993). A MAD of 0 marks
/// nothing.
[[nodiscard]] Result<std::vector<std::size_t>> outliers_by_mad(Sample sample, double limit = 3.5);

/// Rosner's generalised extreme studentised deviate test (1983) for up to `most` outliers at level alpha;
/// assumes the rest is normal. Good from n = 15, defined for n >= most + 3.
[[nodiscard]] Result<std::vector<std::size_t>> outliers_by_esd(Sample sample, std::size_t most,
                                                               double alpha = 0.05);

}  // namespace joulecast::stats
