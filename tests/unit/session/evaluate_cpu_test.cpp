#include <gmock/gmock.h>

#include "hardware/cpu_power_fit.hpp"
#include "session/evaluate/cpu.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {
using joulecast::testing::TemporaryDirectory;
using ::testing::HasSubstr;

constexpr const char* header =
    "cpu,sockets,cores_per_socket,threads_per_core,tdp_w_per_socket,load_pct,freq_mhz,power_w,idle_power_w\n";

TEST(EvaluateCpu, ScoresAnUnknownCpuByTheShippedModel) {
  const TemporaryDirectory directory;
  const hardware::CpuDescription cpu{Watts{100}, 10, 2};
  const double full = cpu_power(cpu, 1, 3.0).value(), half = cpu_power(cpu, 0.5).value();
  // Measured: 10 % below the model with the clock, twice the model without
  const auto file =
      directory.write("t.csv", fmt::format("{}Xeon X,1,10,2,100,0,,20,20\nXeon X,1,10,2,100,100,3000,{},20\n"
                                           "Xeon X,1,10,2,100,50,,{},20\n",
                                           header, full / 1.1, 2 * half));
  const auto result = evaluate_cpu({{file}}).value();
  ASSERT_EQ(result.groups.size(), 1U);
  const auto& group = result.groups[0];
  EXPECT_EQ(group.knowledge, CpuKnowledge::new_cpu);
  EXPECT_EQ(result.rows, 2U);
  EXPECT_TRUE(group.clock_given);
  EXPECT_NEAR(group.scores.mean_ape, (10 + 50) / 2.0, 1e-6);
  EXPECT_NEAR(group.scores.median_ape, 30, 1e-6);
  EXPECT_DOUBLE_EQ(group.scores.coverage, 0.5);
  EXPECT_NEAR(group.scores.interval_width, 100 * hardware::cpu_power_uncertainty * (1.1 + 0.5), 1e-6);
  EXPECT_EQ(group.idle, Watts{20});
  EXPECT_EQ(group.modelled_idle, cpu_power(cpu, 0));
  const double without = cpu_power(cpu, 1).value() / (full / 1.1) - 1;
  EXPECT_NEAR(group.without_clock.mean_ape, 100 * (std::abs(without) + 0.5) / 2, 1e-6);
}

TEST(EvaluateCpu, FitsWithoutACpuThatTheShippedModelKnows) {
  const TemporaryDirectory directory;
  const hardware::CpuPowerCoefficients truth{4, 0.4, 1.45};
  std::string text = header;
  const auto add = [&](const char* name, int cores, double factor) {
    const hardware::CpuDescription cpu{Watts{10.0 * cores}, cores, 2};
    for (const double u : {0.2, 0.4, 0.8})
      text += fmt::format("{},1,{},2,{},{},,{},\n", name, cores, 10 * cores, 100 * u,
                          factor * cpu_power(cpu, u, {}, truth).value());
  };
  for (const int cores : {4, 6, 8, 12}) add(fmt::format("Xeon X{}", cores).c_str(), cores, 1);
  const auto few = evaluate_cpu({{directory.write("few.csv", text)}}).value();
  add("Intel Xeon E5-2686 v4", 18, 0.8);
  const auto result = evaluate_cpu({{directory.write("five.csv", text)}}).value();
  const auto& known = result.groups[0];
  ASSERT_EQ(known.cpu, "Intel Xeon E5-2686 v4");
  EXPECT_EQ(known.knowledge, CpuKnowledge::left_out);
  // The others' coefficients are found exactly, and so is this CPU's difference to them.
  EXPECT_NEAR(known.scores.mean_ape, 25, 0.5);
  EXPECT_EQ(result.groups[1].scores.mean_ape, few.groups[0].scores.mean_ape) << "not by a fit";
}

TEST(EvaluateCpu, LeavesOutAllMachinesWithTheProcessor) {
  const TemporaryDirectory directory;
  std::string text = header;
  for (const int sockets : {1, 2})
    text += fmt::format("Intel Xeon E5-2686 v4,{},18,2,145,50,,{},\n", sockets, 100 * sockets);
  for (const int cores : {4, 6, 8}) text += fmt::format("Xeon X{0},1,{0},2,50,50,,30,\n", cores);
  const auto result = evaluate_cpu({{directory.write("t.csv", text)}}).value();
  ASSERT_EQ(result.groups.size(), 5U);
  EXPECT_EQ(result.groups[0].knowledge, CpuKnowledge::fitted) << "three others are too few";
  EXPECT_EQ(result.groups[1].sockets, 2);
}

TEST(EvaluateCpu, SaysWhenAKnownCpuIsJudgedByWhatKnowsIt) {
  const TemporaryDirectory directory;
  const auto file =
      directory.write("t.csv", std::string(header) + "Intel Xeon E5-2686 v4,2,18,2,145,50,,205,35\n");
  EXPECT_EQ(evaluate_cpu({{file}}).value().groups[0].knowledge, CpuKnowledge::fitted);
}

TEST(EvaluateCpu, NeedsALoad) {
  const TemporaryDirectory directory;
  const auto file = directory.write("t.csv", std::string(header) + "Xeon X,1,10,2,100,0,,20,20\n");
  EXPECT_THAT(to_string(evaluate_cpu({{file}}).error()), HasSubstr("under load"));
}

// The targets that the model is made for, on the measured CPUs, each left out of the fit. The figures in
// Python are 12.0 % with the clock, 12.5 % without, and 13.8 % on the three that have one.
TEST(EvaluateCpu, IsRightOnCpusThatAreLeftOut) {
  SKIP_WITHOUT_SHARED_DATA(data);
  const auto result =
      evaluate_cpu({{data / "tables" / "cpu-power-loads.csv", data / "tables" / "cpu-load-power.csv"}})
          .value();
  EXPECT_EQ(result.groups.size(), 10U);
  EXPECT_NEAR(result.scores.mean_ape, 12.0, 0.5);
  EXPECT_NEAR(result.without_clock.mean_ape, 12.5, 0.5);
  EXPECT_GE(result.scores.coverage, 0.85);
  EXPECT_GE(result.without_clock.coverage, 0.85);
  double with_clock = 0;
  int clocks = 0;
  for (const auto& group : result.groups) {
    EXPECT_EQ(group.knowledge, CpuKnowledge::left_out) << group.cpu;
    EXPECT_GE(group.scores.coverage, 0.6) << group.cpu;
    EXPECT_GE(group.without_clock.coverage, 0.6) << group.cpu;
    if (group.clock_given) with_clock += group.scores.mean_ape, ++clocks;
    // The Xeon Gold 6338 was measured with its deep idle states switched off.
    if (!group.idle || group.cpu == "Intel Xeon Gold 6338") continue;
    const double off = std::abs(group.modelled_idle.value() - group.idle->value());
    EXPECT_TRUE(off <= 5 || off <= 0.3 * group.idle->value()) << group.cpu << ": " << off << " W";
  }
  EXPECT_EQ(clocks, 3);
  EXPECT_LE(with_clock / clocks, 15);
}

}  // namespace
}  // namespace joulecast::session
