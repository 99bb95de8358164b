#include "stats/nonnegative.hpp"

#include <Eigen/Dense>
#include <optional>

namespace joulecast::stats {
namespace {

constexpr int most = static_cast<int>(most_nonnegative_columns);
using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, most, most>;
using Column = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, most, 1>;

/// Least squares as sums: rows^T rows, rows^T targets.
struct Normal {
  Square square;
  Column product;
};

Normal normal_of(std::span<const NonnegativeRow> rows, std::span<const double> targets,
                 std::span<const double> weights, int columns) {
  Normal normal{Square::Zero(columns, columns), Column::Zero(columns)};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Eigen::Map<const Column> row(rows[i].data(), columns);
    normal.square.noalias() += weights[i] * row * row.transpose();
    normal.product.noalias() += weights[i] * targets[i] * row;
  }
  return normal;
}

/// Coefficients of these columns alone; nothing if they depend on each other or one would be negative.
std::optional<Column> solved(const Normal& normal, unsigned chosen) {
  std::vector<int> at;
  for (int i = 0; i < normal.square.rows(); ++i)
    if ((chosen >> i & 1U) != 0) at.push_back(i);
  const auto n = static_cast<int>(at.size());
  Square square(n, n);
  Column product(n), scale(n);
  for (int i = 0; i < n; ++i) scale[i] = std::sqrt(normal.square(at[i], at[i]));
  if (n > 0 && !(scale.minCoeff() > 0)) return std::nullopt;
  for (int i = 0; i < n; ++i) {
    product[i] = normal.product[at[i]] / scale[i];
    for (int j = 0; j < n; ++j) square(i, j) = normal.square(at[i], at[j]) / (scale[i] * scale[j]);
  }
  Column result = Column::Zero(normal.square.rows());
  if (n == 0) return result;
  const Eigen::LDLT<Square> factors(square);
  constexpr double least_pivot = 1e-10;
  if (factors.info() != Eigen::Success || !(factors.vectorD().minCoeff() > least_pivot)) return std::nullopt;
  const Column found = factors.solve(product);
  if (found.minCoeff() < 0) return std::nullopt;
  for (int i = 0; i < n; ++i) result[at[i]] = found[i] / scale[i];
  return result;
}

}  // namespace

std::vector<double> nonnegative_least_squares(std::span<const NonnegativeRow> rows,
                                              std::span<const double> targets,
                                              std::span<const double> weights, std::size_t columns) {
  const auto normal = normal_of(rows, targets, weights, static_cast<int>(columns));
  Column best = Column::Zero(static_cast<int>(columns));
  double least = 0;  // of b'Sb - 2 b'p, which is the sum of squares without its constant part
  for (unsigned chosen = 1; chosen < 1U << columns; ++chosen) {
    const auto found = solved(normal, chosen);
    if (!found) continue;
    const double loss = found->dot(normal.square * *found) - 2 * found->dot(normal.product);
    if (loss >= least) continue;
    least = loss;
    best = *found;
  }
  return {best.begin(), best.end()};
}

}  // namespace joulecast::stats
