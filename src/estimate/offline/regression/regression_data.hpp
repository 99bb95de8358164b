// The data that a regression is fitted to. Only for source files: headers do not include Eigen, which is slow
// to compile.
#pragma once

#include <Eigen/Core>

namespace joulecast::estimate {

/// Rows are observations. A missing feature is NaN and is replaced by the mean of the known values.
struct RegressionData {
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
};

}  // namespace joulecast::estimate
