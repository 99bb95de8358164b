#include "estimate/offline/speed/row_noise.hpp"

#include <algorithm>

namespace joulecast::estimate {
namespace {

/// Rows scatter by Student's t with so many degrees of freedom: some were measured on a board that had other
/// work, or swapped.
constexpr double degrees = 4;
constexpr int rounds = 2;

constexpr double square(double x) {
  return x * x;
}

}  // namespace

// By halves, [A 0; B C]^-1 = [A^-1 0; -C^-1 B A^-1 C^-1]: a third of the work of solving for every unit
// vector.
void invert_lower(Eigen::Ref<Eigen::MatrixXf> matrix) {
  const auto n = matrix.rows();
  constexpr Eigen::Index small = 64;
  if (n <= small) {
    const Eigen::MatrixXf inverse =
        matrix.triangularView<Eigen::Lower>().solve(Eigen::MatrixXf::Identity(n, n));
    matrix.triangularView<Eigen::Lower>() = inverse;
    return;
  }
  const auto half = n / 2;
  auto first = matrix.topLeftCorner(half, half);
  auto last = matrix.bottomRightCorner(n - half, n - half);
  auto between = matrix.bottomLeftCorner(n - half, half);
  invert_lower(first);
  invert_lower(last);
  const Eigen::MatrixXf product = last.triangularView<Eigen::Lower>() * between;
  between = -product * first.triangularView<Eigen::Lower>();
}

// In single precision: the variances weigh rows, and a weight need not be exact.
Eigen::VectorXd noise_variances(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& values,
                                double noise) {
  const auto n = values.size();
  const Eigen::MatrixXf shared = covariance.cast<float>();
  Eigen::VectorXd variances = Eigen::VectorXd::Constant(n, square(noise));
  Eigen::MatrixXf root(n, n);
  for (int round = 0; round < rounds; ++round) {
    root = shared;
    root.diagonal() += variances.cast<float>();
    const Eigen::LLT<Eigen::Ref<Eigen::MatrixXf>> in_place(root);
    const Eigen::VectorXf weights = in_place.solve(values.cast<float>());
    invert_lower(root);
    for (Eigen::Index i = 0; i < n; ++i) {
      // variance of leaving the row out, of which this row has a part
      const double left_out = 1 / static_cast<double>(root.col(i).tail(n - i).squaredNorm());
      const double expected = std::max(left_out - variances(i), 0.0) + square(noise);
      const double off = square(static_cast<double>(weights(i)) * left_out) / expected;
      variances(i) = square(noise) * std::max(1.0, (degrees + off) / (degrees + 1));
    }
  }
  return variances;
}

}  // namespace joulecast::estimate
