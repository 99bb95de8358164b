#include "estimate/offline/eigen_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "estimate/offline/model_json.hpp"

namespace joulecast::estimate {
namespace {

constexpr double quantum = 1e-5;  ///< of a covariance

}  // namespace

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

nlohmann::ordered_json covariance_json(const Eigen::MatrixXd& covariance) {
  auto rows = nlohmann::ordered_json::array();
  for (Eigen::Index i = 0; i < covariance.rows(); ++i) {
    std::vector<double> row;
    // + 0 makes a negative zero plain
    for (Eigen::Index j = 0; j <= i; ++j) row.push_back(std::round(covariance(i, j) / quantum) + 0);
    rows.push_back(text_of(row));
  }
  return rows;
}

Result<Eigen::MatrixXd> covariance_from(const nlohmann::ordered_json& rows, Eigen::Index size) {
  Eigen::MatrixXd covariance(size, size);
  bool whole = rows.is_array() && rows.size() == static_cast<std::size_t>(size);
  for (Eigen::Index i = 0; whole && i < size; ++i) {
    const auto& row = rows[static_cast<std::size_t>(i)];
    const auto numbers = row.is_string()
                             ? numbers_in(row.get_ref<const std::string&>(), static_cast<std::size_t>(i) + 1)
                             : std::nullopt;
    whole = numbers.has_value();
    for (Eigen::Index j = 0; whole && j <= i; ++j)
      covariance(i, j) = covariance(j, i) = quantum * (*numbers)[static_cast<std::size_t>(j)];
  }
  if (!whole) return fail(ErrorKind::malformed, "covariance", "is not the triangle of {} parameters", size);
  return covariance;
}

}  // namespace joulecast::estimate
