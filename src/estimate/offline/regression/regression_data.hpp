// What a regression is fitted to. For sources: headers leave Eigen to them.
#pragma once

#include <Eigen/Core>

namespace joulecast::estimate {

/// Rows are observations; a missing feature is NaN and takes the mean of those that are known.
struct RegressionData {
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
};

}  // namespace joulecast::estimate
