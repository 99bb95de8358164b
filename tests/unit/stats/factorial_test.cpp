#include "stats/factorial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reference.hpp"

namespace joulecast::stats {
namespace {

using testing::Case;
using ::testing::HasSubstr;
using testing::reference;

TwoFactors data_of(const Case& at) {
  TwoFactors data;
  data.values = at.list("values");
  data.a = at.input.at("a").get<std::vector<std::uint32_t>>();
  data.b = at.input.at("b").get<std::vector<std::uint32_t>>();
  data.levels_a = *std::max_element(data.a.begin(), data.a.end()) + 1;
  data.levels_b = *std::max_element(data.b.begin(), data.b.end()) + 1;
  return data;
}

void expect_effects(const Case& at, const Result<FactorialResult>& result, const char* statistic) {
  ASSERT_TRUE(result) << at.origin << to_string(result.error());
  const FactorEffect* effects[] = {&result->a, &result->b, &result->interaction};
  const auto expected = at.outs(statistic);
  const auto p = at.outs("p");
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_STATISTIC(effects[i]->statistic, expected[i]) << "effect " << i;
    EXPECT_P(effects[i]->p_value, p[i]) << "effect " << i;
  }
}

TEST(FactorialAnova, AgreesWithR) {
  for (const auto& at : reference("factorial_anova")) expect_effects(at, factorial_anova(data_of(at)), "f");
}
TEST(ArtAnova, AgreesWithItsDefinitionInR) {
  for (const auto& at : reference("art_anova")) expect_effects(at, art_anova(data_of(at)), "f");
}
TEST(ScheirerRayHare, AgreesWithItsDefinitionInR) {
  for (const auto& at : reference("scheirer_ray_hare"))
    expect_effects(at, scheirer_ray_hare(data_of(at)), "h");
}

TEST(ArtAnova, FindsACrossedInteractionThatPlainRanksOfMeansHide) {
  // Only the combination of a and b has an effect; by construction both main effects are zero.
  TwoFactors data;
  data.levels_a = data.levels_b = 2;
  for (std::uint32_t i = 0; i < 40; ++i) {
    data.a.push_back(i % 2);
    data.b.push_back(i / 2 % 2);
    data.values.push_back((i % 2 == i / 2 % 2 ? 10.0 : 20.0) + (i / 4) * 0.1);
  }
  const auto result = art_anova(data);
  ASSERT_TRUE(result);
  EXPECT_LT(result->interaction.p_value, 1e-10);
  EXPECT_GT(result->a.p_value, 0.5);
  EXPECT_GT(result->b.p_value, 0.5);
}

TEST(Factorial, SaysWhatItCannotTest) {
  TwoFactors data{{1, 2, 3, 4, 5, 6}, {0, 0, 0, 1, 1, 1}, {0, 1, 0, 1, 1, 1}, 2, 2};
  EXPECT_THAT(to_string(art_anova(data).error()), HasSubstr("1 of 4 combinations have no value"));
  data.b = {0, 1, 0, 1, 0, 1};
  EXPECT_TRUE(art_anova(data));
  data.levels_b = 1;
  EXPECT_THAT(to_string(factorial_anova(data).error()), HasSubstr("two levels"));
  TwoFactors single{{1, 2, 3, 4}, {0, 0, 1, 1}, {0, 1, 0, 1}, 2, 2};
  EXPECT_THAT(to_string(factorial_anova(single).error()), HasSubstr("more than one value"));
  TwoFactors flat{{1, 1, 1, 1, 1, 1, 1, 1}, {0, 0, 1, 1, 0, 0, 1, 1}, {0, 1, 0, 1, 0, 1, 0, 1}, 2, 2};
  for (const auto& result : {factorial_anova(flat), art_anova(flat), scheirer_ray_hare(flat)})
    EXPECT_FALSE(result);
}

}  // namespace
}  // namespace joulecast::stats
