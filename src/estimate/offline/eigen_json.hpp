// Converts Eigen's vectors and matrices to and from the JSON of model files. Only for source files: headers
// do not include Eigen, which is slow to compile.
#pragma once

#include <Eigen/Core>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace joulecast::estimate {

[[nodiscard]] nlohmann::ordered_json numbers_of(const Eigen::VectorXd& values);
/// An array of rows.
[[nodiscard]] nlohmann::ordered_json numbers_of(const Eigen::MatrixXd& values);

[[nodiscard]] Eigen::VectorXd vector_of(std::span<const double> values);
/// Each row must have `columns` numbers.
[[nodiscard]] Eigen::MatrixXd matrix_of(const std::vector<std::vector<double>>& rows, Eigen::Index columns);

/// The lower triangle of a covariance of logarithms: a text of whole hundred-thousandths for each row.
/// Entries are shares of variances of about 1, so that less is nothing.
[[nodiscard]] nlohmann::ordered_json covariance_json(const Eigen::MatrixXd& covariance);
/// malformed unless it is the triangle of `size` parameters.
[[nodiscard]] Result<Eigen::MatrixXd> covariance_from(const nlohmann::ordered_json& rows, Eigen::Index size);

}  // namespace joulecast::estimate
