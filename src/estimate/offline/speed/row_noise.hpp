// How far each row of a Gaussian process scatters, where some rows were measured under other circumstances.
#pragma once

#include <Eigen/Dense>

namespace joulecast::estimate {

/// The variance of each row's noise, so that rows far from what the others tell of them count less: that of
/// Student's t as a scale mixture of normal distributions (Lange, Little, Taylor 1989), at residuals of
/// leaving out one row (Rasmussen, Williams 2006, 5.4.2). `covariance` is n x n, of which the lower triangle
/// is read; `values` are the n residuals to explain, `noise` the standard deviation of an ordinary row.
[[nodiscard]] Eigen::VectorXd noise_variances(const Eigen::MatrixXd& covariance,
                                              const Eigen::VectorXd& values, double noise);

/// Puts the inverse of a lower triangular matrix into its place; what is above the diagonal is not touched.
void invert_lower(Eigen::Ref<Eigen::MatrixXf> matrix);

}  // namespace joulecast::estimate
