#include "estimate/offline/regression/regression.hpp"

#include <gmock/gmock.h>

#include <Eigen/Cholesky>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "estimate/offline/regression/regression_data.hpp"
#include "estimate/offline/regression/search.hpp"

namespace joulecast::estimate {
namespace {

std::array<double, 2> point(double first, double second) {
  return {first, second};
}

RegressionData wave(int n) {
  RegressionData data{Eigen::MatrixXd(n, 2), Eigen::VectorXd(n)};
  for (int i = 0; i < n; ++i) {
    data.x(i, 0) = i;
    data.x(i, 1) = (i * 7) % 5;
    data.y[i] = 3 + 2 * data.x(i, 0) - data.x(i, 1) + std::sin(0.4 * i);
  }
  return data;
}

// Reference values: scikit-learn 1.2.1 on the same data, features and target standardised with the population
// standard deviation, Ridge(alpha=0.5), KernelRidge(kernel="rbf", alpha=0.01, gamma=0.05), LinearRegression,
// SVR(C=10, gamma=0.1, epsilon=0.01).
struct Reference {
  RegressionSetting setting;
  double at_3, at_between;  ///< predictions for (3, 1) and (10.5, 2.5)
  double tolerance = 2e-4;  ///< of a standard deviation of 12: that of libsvm's optimiser for support vectors
};

class AgainstScikitLearn : public ::testing::TestWithParam<Reference> {};
TEST_P(AgainstScikitLearn, Predicts) {
  const auto fitted = Regression::fit(wave(20), GetParam().setting).value();
  EXPECT_NEAR(fitted.predict(point(3, 1)), GetParam().at_3, GetParam().tolerance);
  EXPECT_NEAR(fitted.predict(point(10.5, 2.5)), GetParam().at_between, GetParam().tolerance);
}
INSTANTIATE_TEST_SUITE_P(
    Regression, AgainstScikitLearn,
    ::testing::Values(
        Reference{{.kind = RegressionKind::linear}, 8.256945, 21.612716},
        Reference{{.kind = RegressionKind::ridge, .alpha = 0.5}, 8.531096, 21.586898},
        Reference{{.kind = RegressionKind::kernel_ridge, .alpha = 0.01, .gamma = 0.05}, 8.092046, 21.413659},
        Reference{{.kind = RegressionKind::support_vector, .gamma = 0.1, .cost = 10, .epsilon = 0.01},
                  8.819286,
                  20.827405,
                  0.02}));

TEST(Regression, RepeatsCountAsOften) {
  auto data = wave(12);
  RegressionData repeated{Eigen::MatrixXd(18, 2), Eigen::VectorXd(18)};
  repeated.x << data.x, data.x.topRows(6);
  repeated.y << data.y, data.y.head(6);
  const RegressionSetting setting{.kind = RegressionKind::kernel_ridge, .alpha = 0.1, .gamma = 0.1};
  const auto fitted = Regression::fit(repeated, setting).value();
  // The normal equations of kernel ridge over all 18 rows, solved directly.
  const Eigen::RowVectorXd mean = repeated.x.colwise().mean();
  const Eigen::RowVectorXd sd = ((repeated.x.rowwise() - mean).colwise().squaredNorm() / 18).cwiseSqrt();
  const Eigen::MatrixXd z = (repeated.x.rowwise() - mean).array().rowwise() / sd.array();
  const double centre = repeated.y.mean();
  Eigen::MatrixXd kernel(18, 18);
  for (int i = 0; i < 18; ++i)
    for (int j = 0; j < 18; ++j) kernel(i, j) = std::exp(-0.1 * (z.row(i) - z.row(j)).squaredNorm());
  Eigen::MatrixXd penalised = kernel;
  penalised.diagonal().array() += 0.1;
  const Eigen::VectorXd dual = penalised.ldlt().solve((repeated.y.array() - centre).matrix());
  EXPECT_NEAR(fitted.predict(point(repeated.x(4, 0), repeated.x(4, 1))), centre + kernel.row(4).dot(dual),
              1e-3);
}

TEST(Regression, AMissingFeatureTakesTheMean) {
  auto data = wave(20);
  const auto fitted = Regression::fit(data, {.kind = RegressionKind::linear}).value();
  const double known = fitted.predict(point(4, data.x.col(1).mean()));
  EXPECT_NEAR(fitted.predict(point(4, std::numeric_limits<double>::quiet_NaN())), known, 1e-9);
}

TEST(Regression, SurvivesAFile) {
  for (const auto kind :
       {RegressionKind::linear, RegressionKind::kernel_ridge, RegressionKind::support_vector}) {
    const auto fitted =
        Regression::fit(wave(20), {.kind = kind, .alpha = 0.1, .gamma = 0.1, .epsilon = 0.01}).value();
    const auto again = Regression::from_json(nlohmann::ordered_json::parse(fitted.to_json().dump())).value();
    EXPECT_NEAR(again.predict(point(7, 2)), fitted.predict(point(7, 2)), 1e-3);
  }
}

TEST(Regression, RefusesTooLittle) {
  EXPECT_FALSE(Regression::fit(wave(1), {}));
}

TEST(Search, KeepsGroupsTogether) {
  const std::vector<std::string> groups{"a", "b", "a", "c", "b", "d", "e", "a"};
  const auto folds = folds_of(groups, 3, 1);
  EXPECT_EQ(folds[0], folds[2]);
  EXPECT_EQ(folds[0], folds[7]);
  EXPECT_EQ(folds[1], folds[4]);
}

TEST(Search, FindsASettingThatPredictsHeldOutRows) {
  const auto data = wave(60);
  std::vector<std::string> groups;
  for (int i = 0; i < 60; ++i) groups.push_back(std::to_string(i));
  FitOptions options;
  options.draws = 20;
  const auto linear = search_setting(data, groups, RegressionKind::linear, options).value();
  const auto kernel = search_setting(data, groups, RegressionKind::kernel_ridge, options).value();
  EXPECT_GT(linear.r2, 0.99);
  EXPECT_GT(kernel.r2, 0.9);
  const auto again = search_setting(data, groups, RegressionKind::kernel_ridge, options).value();
  EXPECT_EQ(again.setting.gamma, kernel.setting.gamma);
}

}  // namespace
}  // namespace joulecast::estimate
