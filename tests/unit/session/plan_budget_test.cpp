#include "session/forecast/plan_budget.hpp"

#include <gmock/gmock.h>

namespace joulecast::session {
namespace {

using ::testing::HasSubstr;

BudgetRequest request_for(const std::string& amount) {
  BudgetRequest request;
  request.amount = amount;
  request.gpus = {
      "name=Round,tdp_w=500,memory_gb=80,memory_bandwidth_gb_s=2000,fp32_tflops=20,"
      "fp16_dense_tflops=100,tf32_dense_tflops=50"};
  request.mfu = 0.5;
  request.power_w = 400;
  request.laws = {"chinchilla-refit"};
  return request;
}

BudgetPlan plan_of(const BudgetRequest& request) {
  return plan_budget(request).value().plans.front();
}

Budget budget_of(std::string_view text) {
  return parse_budget(text).value();
}

TEST(ParseBudget, ReadsEnergyTimeAndMoney) {
  EXPECT_EQ(budget_of("100kWh").amount, 100 * 3.6e6);
  EXPECT_EQ(budget_of("1e3 kWh").amount, 1000 * 3.6e6);
  EXPECT_EQ(budget_of("2 MJ").kind, BudgetKind::energy);
  EXPECT_EQ(budget_of("72h").kind, BudgetKind::time);
  EXPECT_EQ(budget_of("3d").amount, 3 * 86400);
  for (const auto* text : {"500 gpu-h", "500GPUh", "500 GPU hours"}) {
    EXPECT_EQ(budget_of(text).kind, BudgetKind::gpu_time) << text;
    EXPECT_EQ(budget_of(text).amount, 500 * 3600) << text;
  }
  for (const auto* text : {"$500", "500 $"}) EXPECT_EQ(budget_of(text).currency, "$") << text;
  EXPECT_EQ(budget_of("500 €").currency, "€");
  EXPECT_EQ(budget_of("1.5e3EUR").amount, 1500);
}

TEST(ParseBudget, RefusesWhatIsNoBudget) {
  for (const auto* text : {"", "100", "kWh", "100kW", "0kWh", "-5kWh", "nan", "infkWh", "1e300kWh",
                           "100 Joules", "$5$", "5EUR6", "100 gpus", "EUR", "1kWh 2kWh", "1TWh"})
    EXPECT_FALSE(parse_budget(text)) << text;
}

TEST(ParseCount, ReadsSizesAsPeopleWriteThem) {
  EXPECT_EQ(parse_count("7B", "size").value(), 7e9);
  EXPECT_EQ(parse_count("350 M", "size").value(), 350e6);
  EXPECT_EQ(parse_count("1.5e9", "size").value(), 1.5e9);
  for (const auto* text : {"", "B", "7X", "-7B", "0", "nan", "1e30"})
    EXPECT_EQ(parse_count(text, "size").error().where, "size") << text;
}

TEST(PlanBudget, TurnsEachKindOfBudgetIntoArithmetic) {
  // 400 W at 0.5 x 100 TFLOP/s: 1.25e11 FLOP for each joule.
  EXPECT_NEAR(plan_of(request_for("1kWh")).flop.value, 3.6e6 * 1.25e11, 1e9);
  auto request = request_for("1h");
  request.gpu_count = 4;
  EXPECT_NEAR(plan_of(request).flop.value, 4 * 3600 * 5e13, 1e9);
  EXPECT_NEAR(plan_of(request).energy_j.value, 4 * 3600 * 400, 1e-6);
  request.amount = "4gpuh";
  EXPECT_NEAR(plan_of(request).duration_s.value, 3600, 1e-9);
  request.amount = "10EUR";
  request.gpu_hour_price = 2;
  request.kwh_price = 0.25;  // 0.4 kW: 0.10 an hour beside the 2
  EXPECT_NEAR(plan_of(request).duration_s.value, 3600 * 10 / (4 * 2.1), 1e-6);
  EXPECT_NEAR(plan_of(request).cost->value, 10, 1e-9);
}

TEST(PlanBudget, CountsTheHostAndTheBuilding) {
  auto request = request_for("1kWh");
  const double alone = plan_of(request).flop.value;
  request.host_w = 100;
  request.place.pue = 1.6;
  EXPECT_NEAR(plan_of(request).flop.value, alone * 400 / (500 * 1.6), 1e6);
  EXPECT_NEAR(plan_of(request).energy_j.value, 3.6e6, 1e-6);
}

TEST(PlanBudget, IsSureOnlyOfWhatWasGiven) {
  auto request = request_for("1kWh");
  EXPECT_EQ(plan_of(request).flop.low, plan_of(request).flop.high);
  const auto known = plan_of(request).models.front().loss;
  request.mfu.reset();
  request.power_w.reset();
  const auto plan = plan_of(request);
  EXPECT_LT(plan.flop.low, 0.75 * plan.flop.value);
  EXPECT_LE(plan.gpu_power_w.figure.high, 500) << "a board keeps within its limit";
  const auto& assumed = plan.models.front().loss;
  EXPECT_GT(assumed.high - assumed.value, known.high - known.value);
  EXPECT_EQ(plan.energy_j.low, plan.energy_j.high) << "the budget itself is certain";
}

// Trainings whose GPU hours their authors publish: Touvron et al. 2023 (Llama and Llama 2), Le Scao et al.
// 2022 (BLOOM); all on A100-SXM4-80GB.
TEST(PlanBudget, CoversPublishedTrainings) {
  struct Training {
    const char* hours;
    double parameters, tokens;
  };
  for (const auto& [hours, parameters, tokens] :
       {Training{"82432 gpu-h", 6.74e9, 1.0e12}, Training{"184320 gpu-h", 6.74e9, 2.0e12},
        Training{"1720320 gpu-h", 68.98e9, 2.0e12}, Training{"1082990 gpu-h", 176.25e9, 366e9}}) {
    BudgetRequest request;
    request.amount = hours;
    request.gpus = {"A100-SXM4-80GB"};
    const auto flop = plan_of(request).flop;
    EXPECT_GT(6 * parameters * tokens, flop.low) << hours;
    EXPECT_LT(6 * parameters * tokens, flop.high) << hours;
  }
}

TEST(PlanBudget, ShowsWhatAChosenSizeReaches) {
  auto request = request_for("10kWh");
  request.size = "70B";
  const auto plan = plan_of(request);
  const auto& chosen = plan.models.back();
  EXPECT_TRUE(chosen.chosen_by_user);
  EXPECT_EQ(chosen.training.size, 70e9);
  EXPECT_GT(chosen.loss.value, plan.models.front().loss.value);
  EXPECT_EQ(chosen.state_gb, 70 * 16);
  EXPECT_EQ(chosen.gpus_for_state, 14);
}

TEST(PlanBudget, PutsTheGpuWithTheMostArithmeticFirst) {
  auto request = request_for("1kWh");
  request.power_w.reset();
  request.mfu.reset();
  request.gpus = {"A100-SXM4-40GB", "H100 SXM 80GB"};
  const auto plans = plan_budget(request).value().plans;
  EXPECT_EQ(plans.front().gpu.name, "H100 SXM 80GB");
}

std::string message_of(const BudgetRequest& request) {
  const auto result = plan_budget(request);
  return result ? "" : to_string(result.error());
}

TEST(PlanBudget, NamesTheFieldThatIsWrong) {
  auto request = request_for("1kWh");
  request.mfu = 1.5;
  EXPECT_THAT(message_of(request), HasSubstr("mfu: must be above 0 and at most 1, not 1.5"));
  request = request_for("1kWh");
  request.precision = "fp8";
  EXPECT_THAT(message_of(request), HasSubstr("precision: 'fp8' is not"));
  request.precision = "bf16";
  request.gpus = {"Tesla V100-SXM2-16GB"};
  EXPECT_THAT(message_of(request), HasSubstr("no rate of bf16 products is known"));
  EXPECT_THAT(message_of(request_for("100EUR")), HasSubstr("100EUR: money buys nothing known"));
  request = request_for("1kWh");
  request.sparsities = {1};
  request.laws = {"sparse-t5"};
  EXPECT_THAT(message_of(request), HasSubstr("sparsity: must be"));
}

}  // namespace
}  // namespace joulecast::session
