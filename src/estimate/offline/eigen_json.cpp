#include "estimate/offline/eigen_json.hpp"

#include <nlohmann/json.hpp>

#include "estimate/offline/model_json.hpp"

namespace joulecast::estimate {

nlohmann::ordered_json numbers_of(const Eigen::VectorXd& values) {
  return numbers_of(std::span(values.data(), static_cast<std::size_t>(values.size())));
}

nlohmann::ordered_json numbers_of(const Eigen::MatrixXd& values) {
  auto rows = nlohmann::ordered_json::array();
  for (Eigen::Index i = 0; i < values.rows(); ++i) rows.push_back(numbers_of(Eigen::VectorXd(values.row(i))));
  return rows;
}

Eigen::VectorXd vector_of(std::span<const double> values) {
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

Eigen::MatrixXd matrix_of(const std::vector<std::vector<double>>& rows, Eigen::Index columns) {
  Eigen::MatrixXd result(static_cast<Eigen::Index>(rows.size()), columns);
  for (std::size_t i = 0; i < rows.size(); ++i)
    result.row(static_cast<Eigen::Index>(i)) = vector_of(rows[i]).transpose();
  return result;
}

}  // namespace joulecast::estimate
