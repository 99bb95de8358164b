#include "stats/factorial.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <string>

#include "stats/distributions.hpp"
#include "stats/ranks.hpp"
#include "stats/summary.hpp"

namespace joulecast::stats {
namespace {

constexpr std::size_t most_cells = 2500;

/// All that the sums of squares need: size and mean of every cell, and what varies inside them.
struct Cells {
  Eigen::MatrixXd n;
  Eigen::MatrixXd mean;
  double within = 0;
  double residual_df = 0;
};

Status check(std::string_view test, const TwoFactors& data) {
  const auto where = std::string(test);
  if (data.a.size() != data.values.size() || data.b.size() != data.values.size()) {
    return fail(ErrorKind::invalid, where, "values and levels differ in number");
  }
  if (data.levels_a < 2 || data.levels_b < 2)
    return fail(ErrorKind::invalid, where, "needs two levels of each factor");
  if (data.levels_a * data.levels_b > most_cells) {
    return fail(ErrorKind::invalid, where, "{} x {} combinations are more than {}", data.levels_a,
                data.levels_b, most_cells);
  }
  return check_sample(test, data.values, 4);
}

Result<Cells> cells_of(std::string_view test, const TwoFactors& data, const std::vector<double>& values) {
  Cells cells;
  cells.n.setZero(static_cast<Eigen::Index>(data.levels_a), static_cast<Eigen::Index>(data.levels_b));
  cells.mean = cells.n;
  const double centre = mean(values);  // around which the sums keep their digits
  for (std::size_t i = 0; i < values.size(); ++i) {
    cells.n(data.a[i], data.b[i]) += 1;
    cells.mean(data.a[i], data.b[i]) += values[i] - centre;
  }
  const auto empty = (cells.n.array() == 0).count();
  if (empty > 0) {
    return fail(ErrorKind::invalid, std::string(test),
                "{} of {} combinations have no value: the interaction cannot be told from the factors", empty,
                cells.n.size());
  }
  cells.mean = (cells.mean.array() / cells.n.array() + centre).matrix();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double d = values[i] - cells.mean(data.a[i], data.b[i]);
    cells.within += d * d;
  }
  cells.residual_df = static_cast<double>(values.size()) - static_cast<double>(cells.n.size());
  if (cells.residual_df < 1)
    return fail(ErrorKind::invalid, std::string(test), "no combination has more than one value");
  return cells;
}

/// Type III: the hypothesis that the unweighted row means are equal. They are independent, so the sum of
/// squares has a closed form: the weighted spread of the row means, weights their inverse variances.
double rows_type_three(const Eigen::MatrixXd& n, const Eigen::MatrixXd& cell_mean) {
  const Eigen::VectorXd means = cell_mean.rowwise().mean();
  const auto columns = static_cast<double>(n.cols());
  const Eigen::VectorXd weights = (columns * columns) / n.cwiseInverse().rowwise().sum().array();
  const double centre = weights.dot(means) / weights.sum();
  return (weights.array() * (means.array() - centre).square()).sum();
}

/// Spread of the cell means around the best additive fit (rows + columns), weighted by cell size.
double beyond_additive(const Cells& cells) {
  const auto rows = cells.n.rows();
  const auto columns = cells.n.cols();
  Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(rows + columns - 1, rows + columns - 1);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(rows + columns - 1);
  const double centre = cells.mean.mean();
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) {
      const double n = cells.n(i, j);
      const double y = n * (cells.mean(i, j) - centre);
      normal(i, i) += n;
      right(i) += y;
      if (j == 0) continue;  // the first column is the reference
      const auto c = rows + j - 1;
      normal(c, c) += n;
      normal(i, c) += n;
      normal(c, i) += n;
      right(c) += y;
    }
  }
  const Eigen::VectorXd fit = normal.ldlt().solve(right);
  double rest = 0;
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) {
      const double d = cells.mean(i, j) - centre - fit(i) - (j > 0 ? fit(rows + j - 1) : 0);
      rest += cells.n(i, j) * d * d;
    }
  }
  return rest;
}

/// Spread of the cell means around the row means alone, weighted by cell size.
double beyond_rows(const Eigen::MatrixXd& n, const Eigen::MatrixXd& cell_mean) {
  const Eigen::VectorXd means = (n.array() * cell_mean.array()).rowwise().sum() / n.rowwise().sum().array();
  return (n.array() * (cell_mean.colwise() - means).array().square()).sum();
}

FactorEffect f_effect(double squares, double df, const Cells& cells) {
  FactorEffect effect;
  effect.df = df;
  effect.statistic = (squares / df) / (cells.within / cells.residual_df);
  effect.p_value = f_sf(effect.statistic, df, cells.residual_df);
  effect.partial_eta_squared = squares / (squares + cells.within);
  return effect;
}

enum class Which { a, b, interaction };

FactorEffect anova_effect(const Cells& cells, Which which) {
  const auto a = static_cast<double>(cells.n.rows()) - 1;
  const auto b = static_cast<double>(cells.n.cols()) - 1;
  if (which == Which::a) return f_effect(rows_type_three(cells.n, cells.mean), a, cells);
  if (which == Which::b)
    return f_effect(rows_type_three(cells.n.transpose(), cells.mean.transpose()), b, cells);
  return f_effect(beyond_additive(cells), a * b, cells);
}

/// The values with every effect but one taken away.
std::vector<double> aligned(const TwoFactors& data, const Cells& cells, Which which) {
  const auto total = cells.n.sum();
  const double grand = (cells.n.array() * cells.mean.array()).sum() / total;
  const Eigen::VectorXd row =
      (cells.n.array() * cells.mean.array()).rowwise().sum() / cells.n.rowwise().sum().array();
  const Eigen::VectorXd column = (cells.n.array() * cells.mean.array()).colwise().sum().transpose() /
                                 cells.n.colwise().sum().transpose().array();
  std::vector<double> result(data.values.size());
  double size = 0;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto a = data.a[i];
    const auto b = data.b[i];
    const double effect = which == Which::a   ? row(a) - grand
                          : which == Which::b ? column(b) - grand
                                              : cells.mean(a, b) - row(a) - column(b) + grand;
    result[i] = data.values[i] - cells.mean(a, b) + effect;
    size = std::max(size, std::abs(data.values[i]));
  }
  // Values that differ only by rounding count as equal: otherwise ties would be ranked by noise.
  const double grain = size * 1e-12;
  if (grain > 0)
    for (double& value : result) value = std::round(value / grain);
  return result;
}

}  // namespace

Result<FactorialResult> factorial_anova(const TwoFactors& data) {
  if (auto status = check("ANOVA", data); !status) return propagate(status.error());
  const auto cells = cells_of("ANOVA", data, data.values);
  if (!cells) return propagate(cells.error());
  if (!(cells->within > 0))
    return fail(ErrorKind::invalid, "ANOVA", "nothing varies within the combinations");
  return FactorialResult{anova_effect(*cells, Which::a), anova_effect(*cells, Which::b),
                         anova_effect(*cells, Which::interaction), cells->residual_df};
}

Result<FactorialResult> art_anova(const TwoFactors& data) {
  if (auto status = check("ART-ANOVA", data); !status) return propagate(status.error());
  const auto cells = cells_of("ART-ANOVA", data, data.values);
  if (!cells) return propagate(cells.error());
  FactorialResult result;
  result.residual_df = cells->residual_df;
  for (const auto which : {Which::a, Which::b, Which::interaction}) {
    const auto ranked = midranks(aligned(data, *cells, which));
    const auto ranked_cells = cells_of("ART-ANOVA", data, ranked.ranks);
    if (!ranked_cells) return propagate(ranked_cells.error());
    if (!(ranked_cells->within > 0))
      return fail(ErrorKind::invalid, "ART-ANOVA", "nothing varies within the combinations");
    (which == Which::a   ? result.a
     : which == Which::b ? result.b
                         : result.interaction) = anova_effect(*ranked_cells, which);
  }
  return result;
}

Result<FactorialResult> scheirer_ray_hare(const TwoFactors& data) {
  if (auto status = check("Scheirer-Ray-Hare", data); !status) return propagate(status.error());
  const auto ranked = midranks(data.values);
  const auto cells = cells_of("Scheirer-Ray-Hare", data, ranked.ranks);
  if (!cells) return propagate(cells.error());
  const double total_variance = sample_variance(ranked.ranks);
  if (!(total_variance > 0)) return fail(ErrorKind::invalid, "Scheirer-Ray-Hare", "all values are equal");
  const double additive = beyond_additive(*cells);
  const double total = total_variance * (static_cast<double>(data.values.size()) - 1);
  const auto effect = [&](double squares, double df) {
    const double h = std::max(0.0, squares) / total_variance;
    return FactorEffect{h, df, chi_squared_sf(h, df), std::max(0.0, squares) / total};
  };
  const auto a = static_cast<double>(data.levels_a) - 1;
  const auto b = static_cast<double>(data.levels_b) - 1;
  return FactorialResult{effect(beyond_rows(cells->n.transpose(), cells->mean.transpose()) - additive, a),
                         effect(beyond_rows(cells->n, cells->mean) - additive, b), effect(additive, a * b),
                         cells->residual_df};
}

}  // namespace joulecast::stats
