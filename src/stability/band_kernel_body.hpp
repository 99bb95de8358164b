// Body of the band kernels, written once over a `Lanes` type; included by each band_kernel_*.cpp inside its
// own anonymous namespace and target region, and by nothing else. That is why it has no includes.
//
// A band is `width` neighbouring diagonals; a row i meets the columns i+first .. i+first+width-1, which lie
// side by side in memory. The band's covariances stay in registers while i walks down, so memory is streamed
// once a band.

template <class Lanes>
struct Band {
  using Vector = typename Lanes::Vector;
  static constexpr std::size_t vectors = Lanes::vectors;
  static constexpr std::size_t lanes = Lanes::lanes;
  static constexpr std::size_t width = vectors * lanes;
  static constexpr std::size_t shortest_stretch = 256;  // rows between fresh covariances
  // Error of a correlation that is tolerated; the bound on it is far above real errors
  static constexpr double tolerated_error = 1e-9;

  const BandInput& in;
  const BandOutput out;
  const std::size_t first;
  Vector covariance[vectors];

  // Covariances of row i with its columns, computed from the samples, without the rounding errors of other
  // rows.
  JOULECAST_INLINE void seed(std::size_t i) {
    const double* a = in.samples + i;
    for (std::size_t v = 0; v < vectors; ++v) covariance[v] = Lanes::broadcast(0);
    for (std::size_t t = 0; t < in.length; ++t) {
      const Vector deviation = Lanes::broadcast((a[t] - a[0]) - in.offset[i]);
      for (std::size_t v = 0; v < vectors; ++v) {
        const std::size_t j = i + first + v * lanes;
        const Vector other =
            Lanes::subtract(Lanes::subtract(Lanes::load(in.samples + j + t), Lanes::load(in.samples + j)),
                            Lanes::load(in.offset + j));
        covariance[v] = Lanes::multiply_add(deviation, other, covariance[v]);
      }
    }
  }

  // From row i + 1 to row i. Upwards, because then a column meets its nearest row of the band first.
  JOULECAST_INLINE void step_up(std::size_t i) {
    const Vector df = Lanes::broadcast(-in.df[i + 1]);
    const Vector dg = Lanes::broadcast(-in.dg[i + 1]);
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t j = i + 1 + first + v * lanes;
      covariance[v] = Lanes::multiply_add(df, Lanes::load(in.dg + j), covariance[v]);
      covariance[v] = Lanes::multiply_add(dg, Lanes::load(in.df + j), covariance[v]);
    }
  }

  template <bool with_noise>
  JOULECAST_INLINE Vector correlation(std::size_t v, std::size_t j, Vector inverse_norm) const {
    const Vector other = Lanes::load(in.inverse_norm + j);
    Vector value = Lanes::multiply(Lanes::multiply(covariance[v], inverse_norm), other);
    if constexpr (with_noise) {
      const Vector larger_deviation = Lanes::minimum(other, inverse_norm);
      value = Lanes::multiply_add(Lanes::multiply(larger_deviation, larger_deviation),
                                  Lanes::broadcast(in.noise), value);
    }
    // The order of the operands matters: a NaN in the second one (a column past the end) must come through.
    return Lanes::minimum(Lanes::broadcast(same_correlation), value);
  }

  // Nearly always nothing is better; one test for the whole row tells.
  template <bool with_noise>
  JOULECAST_INLINE void compare(std::size_t i) {
    const Vector inverse_norm = Lanes::broadcast(in.inverse_norm[i]);
    const Vector best = Lanes::broadcast(out.right[i]);
    typename Lanes::Mask better = Lanes::none();
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t j = i + first + v * lanes;
      const Vector value = correlation<with_noise>(v, j, inverse_norm);
      better = Lanes::either(better, Lanes::greater(value, Lanes::minimum(best, Lanes::load(out.left + j))));
    }
    if (__builtin_expect(Lanes::any(better), 0)) take_up<with_noise>(i);
  }

  template <bool with_noise>
  JOULECAST_INLINE void take_up(std::size_t i) {
    const Vector inverse_norm = Lanes::broadcast(in.inverse_norm[i]);
    alignas(64) double values[width];
    typename Lanes::Mask better = Lanes::none();
    const Vector best = Lanes::broadcast(out.right[i]);
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t j = i + first + v * lanes;
      const Vector value = correlation<with_noise>(v, j, inverse_norm);
      Lanes::store(values + v * lanes, value);
      better = Lanes::either(better, Lanes::greater(value, best));
      const auto mask = Lanes::greater(value, Lanes::load(out.left + j));
      if (Lanes::any(mask))
        Lanes::replace(mask, value, static_cast<std::int64_t>(i), out.left + j, out.left_index + j);
    }
    if (!Lanes::any(better)) return;
    for (std::size_t lane = 0; lane < width; ++lane) {
      if (!(values[lane] > out.right[i])) continue;
      out.right[i] = values[lane];
      out.right_index[i] = static_cast<std::int64_t>(i + first + lane);
    }
  }

  // Does the recurrence over rows [begin, end) keep correlations within the tolerated error?
  [[nodiscard]] bool well_conditioned(std::size_t begin, std::size_t end) const {
    const BlockExtremes row = extremes(begin, end);
    const BlockExtremes column = extremes(begin + first, end + first + width - 1);
    const double products = row.norm * column.norm + row.df * column.dg + column.df * row.dg;
    const double error = 0x1p-53 * static_cast<double>(end - begin + in.length) * products;
    return error <= tolerated_error * row.smallest_norm * column.smallest_norm;
  }

  [[nodiscard]] BlockExtremes extremes(std::size_t begin, std::size_t end) const {
    BlockExtremes all{0, 0, 0, __builtin_inf()};
    for (std::size_t b = begin / extremes_block; b * extremes_block < end; ++b) {
      const BlockExtremes& block = in.blocks[b];
      all.df = all.df > block.df ? all.df : block.df;
      all.dg = all.dg > block.dg ? all.dg : block.dg;
      all.norm = all.norm > block.norm ? all.norm : block.norm;
      all.smallest_norm = all.smallest_norm < block.smallest_norm ? all.smallest_norm : block.smallest_norm;
    }
    return all;
  }

  template <bool with_noise>
  void rows(std::size_t begin, std::size_t end) {
    seed(end - 1);
    compare<with_noise>(end - 1);
    for (std::size_t i = end - 1; i-- > begin;) {
      step_up(i);
      compare<with_noise>(i);
    }
  }

  // Where a jump meets a flat stretch, rounding errors of the recurrence would be larger than the flat
  // stretch's covariances. Then shorter stretches are tried, and in the end every row is computed from its
  // samples.
  template <bool with_noise>
  void stretch(std::size_t begin, std::size_t end) {
    if (well_conditioned(begin, end)) return rows<with_noise>(begin, end);
    while (end > begin) {
      const std::size_t start = end - begin > extremes_block ? end - extremes_block : begin;
      if (well_conditioned(start, end)) {
        rows<with_noise>(start, end);
      } else {
        for (std::size_t i = end; i-- > start;) rows<with_noise>(i, i + 1);
      }
      end = start;
    }
  }

  template <bool with_noise>
  void run() {
    const std::size_t length = 4 * in.length > shortest_stretch ? 4 * in.length : shortest_stretch;
    for (std::size_t end = in.count - first; end > 0;) {
      const std::size_t begin = (end - 1) / length * length;
      stretch<with_noise>(begin, end);
      end = begin;
    }
  }
};

template <class Lanes>
void run_band(const BandInput& in, BandOutput out, std::size_t first) {
  Band<Lanes> band{in, out, first, {}};
  if (in.noise > 0) {
    band.template run<true>();
  } else {
    band.template run<false>();
  }
}
