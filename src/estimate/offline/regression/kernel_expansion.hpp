// Functions of the form sum_i c_i exp(-gamma |z - z_i|^2), fitted in two ways.
#pragma once

#include <Eigen/Core>

namespace joulecast::estimate {

struct KernelExpansion {
  Eigen::MatrixXd centres;
  Eigen::VectorXd coefficients;
  double offset = 0;
};

/// Pivoted Cholesky factor of an RBF kernel matrix (Harbrecht, Peters, Schneider 2012): K = L L^T up to a
/// remainder with a diagonal of at most `tolerance`. The rank is as high as that needs, and at most
/// `max_rank`.
struct PivotedFactor {
  Eigen::MatrixXd factor;            ///< n x rank
  std::vector<Eigen::Index> pivots;  ///< the rows that span it
};
template <class KernelColumn, class KernelDiagonal>
[[nodiscard]] PivotedFactor pivoted_cholesky(Eigen::Index n, const KernelDiagonal& diagonal,
                                             const KernelColumn& column, double tolerance,
                                             Eigen::Index max_rank) {
  PivotedFactor result;
  Eigen::VectorXd left(n);
  for (Eigen::Index i = 0; i < n; ++i) left[i] = diagonal(i);
  auto& factor = result.factor;
  factor.resize(n, std::min(n, max_rank));
  Eigen::Index rank = 0;
  for (; rank < factor.cols(); ++rank) {
    Eigen::Index pivot = 0;
    if (left.maxCoeff(&pivot) <= tolerance) break;
    Eigen::VectorXd next = column(pivot);
    next.noalias() -= factor.leftCols(rank) * factor.row(pivot).head(rank).transpose();
    factor.col(rank) = next / std::sqrt(left[pivot]);
    left -= factor.col(rank).cwiseAbs2();
    left[pivot] = 0;
    result.pivots.push_back(pivot);
  }
  factor.conservativeResize(Eigen::NoChange, rank);
  return result;
}

/// Kernel ridge regression of weighted observations: (K + alpha W^-1) c = y. It is solved in the space that a
/// pivoted Cholesky factorisation spans, so that smooth kernels cost n r^2 instead of n^3.
[[nodiscard]] KernelExpansion kernel_ridge(const Eigen::MatrixXd& z, const Eigen::VectorXd& y,
                                           const Eigen::VectorXd& weights, double alpha, double gamma);

/// Epsilon support vector regression (libsvm).
[[nodiscard]] KernelExpansion support_vectors(const Eigen::MatrixXd& z, const Eigen::VectorXd& y, double cost,
                                              double epsilon, double gamma);

}  // namespace joulecast::estimate
