// Eigen's vectors and matrices in and out of model files. For sources: headers leave Eigen to them.
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
/// Rows of `columns` numbers each.
[[nodiscard]] Eigen::MatrixXd matrix_of(const std::vector<std::vector<double>>& rows, Eigen::Index columns);

}  // namespace joulecast::estimate
