#include "estimate/planning/scaling_law.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace joulecast::estimate {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ScalingLaw& law(std::string_view name) {
  for (const auto& law : scaling_laws())
    if (law.name == name) return law;
  throw std::out_of_range(std::string(name));
}

// Arithmetic of Chinchilla itself: 70 B parameters, 1.4 T tokens (Hoffmann et al. 2022, section 4).
constexpr double chinchilla_flop = 5.88e23;

TEST(ScalingLaw, GivesTheLossesOfThePublishedEquations) {
  const Allocation chinchilla{.size = 70e9, .data = 1.4e12};
  EXPECT_NEAR(loss_of(law("chinchilla"), chinchilla), 1.69 + 0.08342 + 0.16340, 2e-4);
  EXPECT_NEAR(loss_of(law("chinchilla-refit"), chinchilla), 1.8172 + 0.08191 + 0.07477, 2e-4);
  EXPECT_NEAR(training_flop(law("chinchilla"), chinchilla, Zeros::computed), chinchilla_flop, 1e18);
}

// Besiroglu et al. 2024, section 4: about 20 tokens for each parameter at Chinchilla's arithmetic.
TEST(ScalingLaw, FindsTwentyTokensForEachParameter) {
  const auto best = best_allocation(law("chinchilla-refit"), chinchilla_flop, 0, Zeros::computed);
  EXPECT_NEAR(best.data / best.size, 20, 5);
}

TEST(ScalingLaw, TakesStepsOfTheT5LawAsTokens) {
  // Frantar et al. 2023, table 2, gives the data's scale of T5 in tokens too: 6.90e8.
  const auto& t5 = law("sparse-t5");
  EXPECT_NEAR(std::pow(t5.data_scale, 1 / t5.data_exponent), 6.90e8, 0.005e8);
}

class EveryLaw : public ::testing::TestWithParam<ScalingLaw> {};

TEST_P(EveryLaw, HasNoBetterNeighbourOfItsBestTraining) {
  const auto& tested = GetParam();
  for (const double flop : {1e17, 1e20, 1e24})
    for (const double sparsity : {0.0, 0.75}) {
      const auto best = best_allocation(tested, flop, sparsity, Zeros::skipped);
      EXPECT_NEAR(training_flop(tested, best, Zeros::skipped) / flop, 1, 1e-12);
      for (const double factor : {0.5, 0.99, 1.01, 2.0}) {
        const auto other = allocation_of_size(tested, flop, factor * best.size, sparsity, Zeros::skipped);
        EXPECT_NEAR(training_flop(tested, other, Zeros::skipped) / flop, 1, 1e-12);
        EXPECT_GT(loss_of(tested, other), loss_of(tested, best)) << tested.name << " " << factor;
      }
    }
}

TEST_P(EveryLaw, FindsWhereTheLossIsJustTolerable) {
  const auto& tested = GetParam();
  const auto best = best_allocation(tested, 1e20, 0, Zeros::computed);
  const auto sizes = sizes_as_good(tested, 1e20, 0, Zeros::computed, 0.01);
  for (const double size : {sizes.low, sizes.high})
    EXPECT_NEAR(loss_of(tested, allocation_of_size(tested, 1e20, size, 0, Zeros::computed)),
                loss_of(tested, best) + 0.01, 1e-9);
  EXPECT_LT(sizes.low, best.size);
  EXPECT_GT(sizes.high, best.size);
}

INSTANTIATE_TEST_SUITE_P(Published, EveryLaw, ::testing::ValuesIn(scaling_laws()), [](const auto& tested) {
  std::string name(tested.param.name);
  std::erase(name, '-');
  return name;
});

// With computed zeros a sparse model costs as much as the dense one of its size, and is not better.
TEST(ScalingLaw, FindsNoGainInZerosThatAreComputed) {
  const auto& t5 = law("sparse-t5");
  const auto loss = [&](double sparsity, Zeros zeros) {
    return loss_of(t5, best_allocation(t5, 1e18, sparsity, zeros));
  };
  EXPECT_GT(loss(0.5, Zeros::computed), loss(0, Zeros::computed));
  EXPECT_LT(loss(0.5, Zeros::skipped), loss(0, Zeros::computed));
  // Frantar et al. 2023, section 2: 0.25 + 0.5 (1 - 0.75 S) + 0.25 (1 - S) of a dense model's arithmetic.
  const Allocation half{.size = 1e8, .data = 1e9, .sparsity = 0.5};
  EXPECT_NEAR(training_flop(t5, half, Zeros::skipped) / training_flop(t5, half, Zeros::computed), 0.6875,
              1e-12);
}

TEST(ScalingLaw, IsSurestInTheMiddleOfItsTrainings) {
  const auto& refit = law("chinchilla-refit");
  const auto error = [&](double size, double data) {
    return loss_error(refit, {.size = size, .data = data}).value();
  };
  const double size = std::sqrt(refit.fitted_size.low * refit.fitted_size.high);
  const double data = std::sqrt(refit.fitted_data.low * refit.fitted_data.high);
  EXPECT_NEAR(error(size, data), refit.errors->scatter, 1e-12);
  // With endless size and data only the irreducible loss and the scatter are left.
  EXPECT_NEAR(error(1e300, 1e300), std::hypot(refit.errors->irreducible, refit.errors->scatter), 1e-9);
  EXPECT_GT(error(size / 100, data), error(size, data));
  EXPECT_FALSE(loss_error(law("sparse-t5"), {.size = 1e7, .data = 1e10}));
}

TEST(ScalingLaw, SaysWhatLiesOutsideOfItsTrainings) {
  const auto figures = [](const ScalingLaw& tested, const Allocation& training) {
    std::vector<std::string_view> names;
    for (const auto& outside : extrapolations(tested, training)) names.push_back(outside.figure);
    return names;
  };
  EXPECT_THAT(figures(law("chinchilla"), {.size = 1e9, .data = 20e9}), IsEmpty());
  EXPECT_THAT(figures(law("chinchilla"), {.size = 70e9, .data = 1.4e12}),
              ElementsAre("parameters", "tokens"));
  EXPECT_THAT(figures(law("sparse-vit"), {.size = 1e7, .data = 1e9, .sparsity = 0.95}),
              ElementsAre("sparsity"));
}

TEST(ScalingLaw, NamesTheKnownLaws) {
  const auto unknown = find_scaling_law("kaplan");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("chinchilla-refit, chinchilla, sparse-t5, sparse-vit"));
  EXPECT_EQ(unknown.error().where, "law");
}

}  // namespace
}  // namespace joulecast::estimate
