#include "hardware/cpu_power_fit.hpp"

#include <gtest/gtest.h>

#include "hardware/cpu_power_table.hpp"
#include "support/shared_data.hpp"

namespace joulecast::hardware {
namespace {

/// Readings of a CPU that draws exactly what the model says.
MeasuredCpu made_up(const char* name, double tdp, int cores, const CpuPowerCoefficients& truth,
                    int readings) {
  MeasuredCpu measured;
  measured.cpu = {Watts{tdp}, cores, 2, cpu_class_of(name), cpu_design_of(name)};
  for (int i = 1; i <= readings; ++i) {
    const double u = 0.8 * i / readings;
    measured.readings.push_back({u, {}, cpu_power(measured.cpu, u, {}, truth)});
  }
  return measured;
}

TEST(FitCpuPower, FindsWhatMadeTheReadings) {
  const CpuPowerCoefficients truth{6.3, 0.3, 1.45};
  const MeasuredCpu cpus[] = {made_up("Intel Xeon Gold 6248", 300, 40, truth, 10),
                              made_up("Intel Xeon Platinum 8260", 330, 24, truth, 7),
                              made_up("Intel Xeon Gold 6338", 820, 64, truth, 30)};
  const MeasuredCpu* const list[] = {&cpus[0], &cpus[1], &cpus[2]};
  const auto fitted = fit_cpu_power(list);
  EXPECT_NEAR(fitted.core_watts, truth.core_watts, 0.01);
  EXPECT_NEAR(fitted.uncore, truth.uncore, 0.001);
  EXPECT_NEAR(fitted.large_uncore_factor, truth.large_uncore_factor, 0.01);
}

TEST(FitCpuPower, KeepsThePriorWhereNoCpuHasALargeUncore) {
  const CpuPowerCoefficients truth{6.3, 0.3, 2};
  const auto cpu = made_up("Intel Xeon Gold 6248", 300, 40, truth, 10);
  const MeasuredCpu* const list[] = {&cpu};
  EXPECT_NEAR(fit_cpu_power(list).large_uncore_factor, 1.45, 0.01);
}

TEST(FitCpuPower, OfNothingIsWhatIsShipped) {
  EXPECT_EQ(fit_cpu_power({}).core_watts, shipped_cpu_coefficients().core_watts);
  const MeasuredCpu empty;
  const MeasuredCpu* const list[] = {&empty};
  EXPECT_EQ(fit_cpu_power(list).core_watts, shipped_cpu_coefficients().core_watts);
}

TEST(FitCpuPower, KnowsItsCpusByAnyOfTheirNames) {
  EXPECT_TRUE(is_fitted_cpu("Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz"));
  EXPECT_TRUE(is_fitted_cpu("AMD EPYC 8024P 8-Core Processor"));
  EXPECT_FALSE(is_fitted_cpu("AMD EPYC 8124P 16-Core Processor"));
  EXPECT_FALSE(is_fitted_cpu(""));
}

// The coefficients in Python (Nelder-Mead of scipy on the same loss): 7.8626, 0.2179, 1.5961.
TEST(FitCpuPower, GivesTheShippedCoefficientsOnTheMeasuredCpus) {
  SKIP_WITHOUT_SHARED_DATA(data);
  const auto table =
      read_cpu_power_tables({data / "tables" / "cpu-power-loads.csv", data / "tables" / "cpu-load-power.csv"})
          .value();
  std::vector<const MeasuredCpu*> cpus;
  for (const auto& group : table.groups) {
    EXPECT_TRUE(is_fitted_cpu(group.name)) << group.name;
    cpus.push_back(&group.measured);
  }
  const auto fitted = fit_cpu_power(cpus), shipped = shipped_cpu_coefficients();
  EXPECT_NEAR(fitted.core_watts / shipped.core_watts, 1, 0.03);
  EXPECT_NEAR(fitted.uncore / shipped.uncore, 1, 0.05);
  EXPECT_NEAR(fitted.large_uncore_factor / shipped.large_uncore_factor, 1, 0.05);
}

}  // namespace
}  // namespace joulecast::hardware
