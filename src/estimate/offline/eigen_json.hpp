// Converts Eigen's vectors and matrices to and from the JSON of model files. Only for source files: headers
// do not include Eigen, which is slow to compile.
#pragma once

#include <Eigen/Core>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

namespace joulecast::estimate {

[[nodiscard]] nlohmann::ordered_json numbers_of(const Eigen::VectorXd& values);
/// An array of rows.
[[nodiscard]] nlohmann::ordered_json numbers_of(const Eigen::MatrixXd& values);

[[nodiscard]] Eigen::VectorXd vector_of(std::span<const double> values);
/// Each row must have `columns` numbers.
[[nodiscard]] Eigen::MatrixXd matrix_of(const std::vector<std::vector<double>>& rows, Eigen::Index columns);

}  // namespace joulecast::estimate
