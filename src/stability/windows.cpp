#include "stability/windows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace joulecast::stability {
namespace {

// A norm below this (the scaled series lies in [-1, 1]) would have a square that underflows, so the window
// counts as constant.
constexpr double smallest_norm = 1e-150;

double power_of_two_scale(std::span<const double> series) {
  double largest = 0;
  for (const double x : series) largest = std::max(largest, std::abs(x));
  if (largest == 0) return 1;
  int exponent = 0;
  std::frexp(largest, &exponent);
  return std::ldexp(1.0, std::clamp(-exponent, -1020, 1020));
}

void describe(Windows& w, std::size_t i) {
  const double* x = w.samples.data() + i;
  const std::size_t m = w.length;
  double sum = 0;
  bool constant = true;
  for (std::size_t t = 1; t < m; ++t) {
    sum += x[t] - x[0];
    constant = constant && x[t] == x[0];
  }
  const double offset = sum / static_cast<double>(m);
  double squares = 0;
  for (std::size_t t = 0; t < m; ++t) {
    const double deviation = (x[t] - x[0]) - offset;
    squares += deviation * deviation;
  }
  const double norm = constant ? 0 : std::sqrt(squares);
  w.offset[i] = offset;
  w.norm[i] = norm < smallest_norm ? 0 : norm;
  w.inverse_norm[i] = w.norm[i] == 0 ? 0 : 1 / norm;
  if (i == 0) return;
  w.df[i] = (x[m - 1] - x[-1]) / 2;
  w.dg[i] = ((x[m - 1] - x[0]) - offset) - w.offset[i - 1];
}

}  // namespace

Result<Windows> describe_windows(std::span<const double> series, std::size_t m) {
  if (m < 3) return fail(ErrorKind::invalid, "window", "{} samples; at least 3 are needed", m);
  if (series.size() < 2 * m)
    return fail(ErrorKind::invalid, "series", "{} samples are too few for windows of {}", series.size(), m);
  for (std::size_t i = 0; i < series.size(); ++i)
    if (!std::isfinite(series[i]))
      return fail(ErrorKind::invalid, "series", "sample {} is not a finite number", i);

  Windows w;
  w.length = m;
  w.count = series.size() - m + 1;
  w.scale = power_of_two_scale(series);
  w.samples.assign(series.size() + Windows::padding, series.back() * w.scale);
  std::transform(series.begin(), series.end(), w.samples.begin(), [&](double x) { return x * w.scale; });
  const std::size_t padded = w.count + Windows::padding;
  for (auto* array : {&w.offset, &w.df, &w.dg, &w.norm, &w.inverse_norm}) array->assign(padded, 0);
  for (std::size_t i = 0; i < padded; ++i) describe(w, i);
  std::fill(w.inverse_norm.begin() + static_cast<std::ptrdiff_t>(w.count), w.inverse_norm.end(),
            std::numeric_limits<double>::quiet_NaN());
  return w;
}

double squared_distance(const Windows& w, std::size_t a, std::size_t b) {
  if (w.constant(a) || w.constant(b))
    return w.constant(a) && w.constant(b) ? 0 : static_cast<double>(w.length);
  const double* x = w.samples.data() + a;
  const double* y = w.samples.data() + b;
  double sum = 0;
  for (std::size_t t = 0; t < w.length; ++t) {
    const double difference =
        ((x[t] - x[0]) - w.offset[a]) * w.inverse_norm[a] - ((y[t] - y[0]) - w.offset[b]) * w.inverse_norm[b];
    sum += difference * difference;
  }
  return sum * static_cast<double>(w.length);
}

}  // namespace joulecast::stability
