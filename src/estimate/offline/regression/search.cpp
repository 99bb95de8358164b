#include "estimate/offline/regression/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "estimate/offline/regression/regression_data.hpp"
#include "stats/random.hpp"

namespace joulecast::estimate {
namespace {

double uniform(stats::Random& random) {
  return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53;
}
double exponential(stats::Random& random, double mean) {
  return -mean * std::log(uniform(random));
}

/// Fisher-Yates shuffle.
template <class T>
void shuffle(std::vector<T>& values, stats::Random& random) {
  for (std::size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[static_cast<std::size_t>(uniform(random) * static_cast<double>(i))]);
}

RegressionSetting draw(RegressionKind kind, stats::Random& random) {
  RegressionSetting setting{.kind = kind};
  switch (kind) {
    case RegressionKind::linear:
      break;
    case RegressionKind::ridge:
      setting.alpha = exponential(random, 0.1);
      break;
    case RegressionKind::kernel_ridge:
      setting.alpha = exponential(random, 0.01);
      setting.gamma = exponential(random, 0.01);
      break;
    case RegressionKind::support_vector:
      setting.cost = exponential(random, 10);
      setting.epsilon = exponential(random, 0.02);
      setting.gamma = exponential(random, 0.05);
      break;
  }
  return setting;
}

RegressionData rows_of(const RegressionData& data, const std::vector<Eigen::Index>& rows) {
  return {data.x(rows, Eigen::all), data.y(rows)};
}

struct Fold {
  RegressionData train, test;
};

std::vector<Fold> split(const RegressionData& data, const std::vector<int>& fold_of_row, int folds) {
  std::vector<Fold> result;
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<Eigen::Index> train, test;
    for (std::size_t i = 0; i < fold_of_row.size(); ++i)
      (fold_of_row[i] == fold ? test : train).push_back(static_cast<Eigen::Index>(i));
    if (train.size() >= 2 && !test.empty()) result.push_back({rows_of(data, train), rows_of(data, test)});
  }
  return result;
}

/// R2 of a fold relative to the mean of its own test rows. If they do not vary, a variance of rounding size
/// is assumed.
double r2(const Fold& fold, const Regression& fitted) {
  double residual = 0;
  for (Eigen::Index i = 0; i < fold.test.y.size(); ++i) {
    const Eigen::VectorXd x = fold.test.x.row(i);
    const double error =
        fold.test.y[i] - fitted.predict(std::span(x.data(), static_cast<std::size_t>(x.size())));
    residual += error * error;
  }
  const double total = (fold.test.y.array() - fold.test.y.mean()).square().sum();
  const double least = 1e-12 * fold.test.y.squaredNorm();
  return 1 - residual / std::max(total, least);
}

}  // namespace

std::vector<int> folds_of(const std::vector<std::string>& groups, int folds, std::uint64_t seed) {
  auto names = groups;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  stats::Random random(seed);
  shuffle(names, random);
  std::map<std::string, int> fold_of;
  for (std::size_t i = 0; i < names.size(); ++i) fold_of[names[i]] = static_cast<int>(i) % folds;
  std::vector<int> result;
  for (const auto& group : groups) result.push_back(fold_of[group]);
  return result;
}

Result<SearchResult> search_setting(const RegressionData& data, const std::vector<std::string>& groups,
                                    RegressionKind kind, const FitOptions& options) {
  auto fold_of_row = folds_of(groups, options.folds, options.seed);
  stats::Random random(options.seed, static_cast<std::uint64_t>(kind) + 1);
  RegressionData searched = data;
  if (kind == RegressionKind::support_vector && data.y.size() > support_vector_search_rows) {
    std::vector<Eigen::Index> rows(static_cast<std::size_t>(data.y.size()));
    std::iota(rows.begin(), rows.end(), 0);
    shuffle(rows, random);
    rows.resize(support_vector_search_rows);
    searched = rows_of(data, rows);
    std::vector<int> kept;
    for (const auto row : rows) kept.push_back(fold_of_row[static_cast<std::size_t>(row)]);
    fold_of_row = kept;
  }
  const auto folds = split(searched, fold_of_row, options.folds);
  SearchResult best{{.kind = kind}, -std::numeric_limits<double>::infinity()};
  const int draws = kind == RegressionKind::linear ? 1 : options.draws;
  for (int i = 0; i < draws; ++i) {
    const auto setting = draw(kind, random);
    double sum = 0;
    for (const auto& fold : folds) {
      auto fitted = Regression::fit(fold.train, setting);
      if (!fitted) return propagate(fitted.error());
      sum += r2(fold, *fitted);
    }
    const double score = folds.empty() ? 0 : sum / static_cast<double>(folds.size());
    if (score > best.r2) best = {setting, score};
  }
  return best;
}

}  // namespace joulecast::estimate
