#include "hardware/cpu_power.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace joulecast::hardware {
namespace {

TEST(CpuClass, ComesFromTheModelName) {
  const std::pair<const char*, CpuClass> cases[] = {
      {"AMD EPYC 8024P 8-Core Processor", CpuClass::server},
      {"Intel(R) Xeon(R) Gold 6248R CPU @ 3.00GHz", CpuClass::server},
      {"Intel(R) Xeon(R) CPU E3-1240 v6 @ 3.70GHz", CpuClass::server},
      {"Intel(R) Xeon(R) W-2295 CPU @ 3.00GHz", CpuClass::workstation},
      {"AMD Ryzen Threadripper 1950X 16-Core Processor", CpuClass::workstation},
      {"AMD Ryzen 9 5950X 16-Core Processor", CpuClass::desktop},
      {"AMD Ryzen 5 5600G with Radeon Graphics", CpuClass::desktop},
      {"AMD Ryzen 7 5800HS with Radeon Graphics", CpuClass::mobile},
      {"AMD Ryzen 7 4700U with Radeon Graphics", CpuClass::mobile},
      {"Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz", CpuClass::desktop},
      {"Intel(R) Core(TM) i9-9900K CPU @ 3.60GHz", CpuClass::desktop_unlocked},
      {"13th Gen Intel(R) Core(TM) i9-13900KS", CpuClass::desktop_unlocked},
      {"Intel(R) Core(TM) Ultra 9 285K", CpuClass::desktop_unlocked},
      {"Intel(R) Core(TM) Ultra 7 155H", CpuClass::mobile},
      {"Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", CpuClass::mobile},
      {"12th Gen Intel(R) Core(TM) i7-1260P", CpuClass::mobile},
      {"11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz", CpuClass::mobile},
      {"Intel(R) Core(TM) i7-6700HQ CPU @ 2.60GHz", CpuClass::mobile},
      {"Zilog Z80", CpuClass::unknown},
      {"", CpuClass::unknown},
  };
  for (const auto& [name, kind] : cases) EXPECT_EQ(cpu_class_of(name), kind) << name;
}

TEST(CpuDesign, ComesFromTheModelName) {
  for (const char* name : {"Intel(R) Xeon(R) Platinum 8360Y CPU @ 2.40GHz", "Intel Xeon Gold 6338",
                           "Intel(R) Xeon(R) Platinum 8480+", "Intel(R) Xeon(R) Silver 4510",
                           "Intel(R) Xeon(R) 6787P", "Intel(R) Xeon(R) W-3365 CPU @ 2.70GHz"})
    EXPECT_TRUE(cpu_design_of(name).large_uncore) << name;
  for (const char* name :
       {"Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", "Intel(R) Xeon(R) Gold 6248R CPU @ 3.00GHz",
        "Intel(R) Xeon(R) Platinum 8380HL CPU @ 2.90GHz", "Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz",
        "Intel(R) Xeon(R) E-2388G CPU @ 3.20GHz", "Intel(R) Xeon(R) CPU X5670 @ 2.93GHz",
        "Intel(R) Core(TM) i9-9900K CPU @ 3.60GHz", "AMD EPYC 7763 64-Core Processor", ""})
    EXPECT_FALSE(cpu_design_of(name).large_uncore) << name;
  for (const char* name :
       {"AMD Ryzen 9 5950X 16-Core Processor", "AMD Ryzen 5 3600 6-Core Processor",
        "AMD Ryzen Threadripper 3970X 32-Core Processor", "AMD Ryzen AI 9 HX 370 w/ Radeon"})
    EXPECT_EQ(cpu_design_of(name).core_share, 0.6) << name;
  for (const char* name :
       {"AMD Ryzen 7 2700X Eight-Core Processor", "AMD Ryzen 5 3400G with Radeon Vega Graphics",
        "AMD Ryzen 7 3700U with Radeon Vega Mobile Gfx", "Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz"})
    EXPECT_EQ(cpu_design_of(name).core_share, 1) << name;
  EXPECT_EQ(cpu_design_of("AMD EPYC 8024P 8-Core Processor"),
            (CpuDesign{.core_share = 0.6, .sleep_share = 0.28}));
  EXPECT_EQ(cpu_design_of("AMD Ryzen Threadripper 1950X 16-Core Processor"), (CpuDesign{.sleep_share = 0.1}));
  EXPECT_EQ(cpu_design_of("Intel(R) Core(TM) i9-9900K CPU @ 3.60GHz"), (CpuDesign{.limit_share = 1.5}));
  // Maximum turbo power over base power, as Intel's product pages have it, within 5 %.
  for (const auto& [name, share] : {std::pair{"12th Gen Intel(R) Core(TM) i9-12900K", 241 / 125.0},
                                    {"Intel(R) Core(TM) i9-14900K", 253 / 125.0},
                                    {"13th Gen Intel(R) Core(TM) i7-13700K", 253 / 125.0},
                                    {"12th Gen Intel(R) Core(TM) i7-12700K", 190 / 125.0},
                                    {"13th Gen Intel(R) Core(TM) i5-13600K", 181 / 125.0},
                                    {"Intel(R) Core(TM) Ultra 9 285K", 250 / 125.0}})
    EXPECT_NEAR(cpu_design_of(name).limit_share, share, 0.05 * share) << name;
  EXPECT_EQ(cpu_design_of("Zilog Z80"), CpuDesign{});
}

CpuDescription cpu_of(const char* name, double tdp, int cores, int threads) {
  return {Watts{tdp}, cores, threads, cpu_class_of(name), cpu_design_of(name)};
}

TEST(CpuPower, ClassesThatTheFitDoesNotKnowAreLessCertain) {
  for (const auto kind : {CpuClass::server, CpuClass::workstation})
    EXPECT_EQ(cpu_power_uncertainty_of(kind), cpu_power_uncertainty);
  for (const auto kind : {CpuClass::desktop, CpuClass::desktop_unlocked, CpuClass::mobile, CpuClass::unknown})
    EXPECT_EQ(cpu_power_uncertainty_of(kind), assumed_cpu_power_uncertainty);
}

// The formula of the header, evaluated in Python.
TEST(CpuPower, IsTheFormula) {
  const auto threadripper = cpu_of("AMD Ryzen Threadripper 1950X", 180, 16, 2);
  EXPECT_NEAR(cpu_power(threadripper, 0.5, 3.4).value(), 147.390224, 1e-5);
  EXPECT_NEAR(cpu_power(threadripper, 0.5).value(), 126.017524, 1e-5) << "at the assumed clock";
  EXPECT_NEAR(cpu_power(cpu_of("AMD EPYC 8024P", 90, 8, 2), 0.4, 3.0).value(), 38.237904, 1e-5);
  EXPECT_NEAR(cpu_power(cpu_of("Intel Xeon Platinum 8360Y", 250, 36, 1), 0.25, 2.4).value(), 149.257853,
              1e-5);
  const auto skylake = cpu_of("Intel Xeon Platinum 8175M", 480, 48, 2);
  EXPECT_NEAR(cpu_power(skylake, 0.3).value(), 256.985567, 1e-5);
  EXPECT_NEAR(cpu_power(skylake, 0).value(), 60.6912, 1e-5);
  EXPECT_NEAR(cpu_power(skylake, 0.005).value(), 84.518824, 1e-5) << "half of one CPU is busy";
}

TEST(CpuPower, IsLimited) {
  auto cpu = cpu_of("Intel Xeon Platinum 8252C", 480, 24, 2);
  EXPECT_DOUBLE_EQ(cpu_power(cpu, 1, 4.3).value(), 480);
  cpu.power_limit = Watts{300};
  EXPECT_DOUBLE_EQ(cpu_power(cpu, 1, 4.3).value(), 300);
  cpu.power_limit = Watts{8190};  // boards that do not limit
  EXPECT_DOUBLE_EQ(cpu_power(cpu, 1, 4.3).value(), 480);
  const auto desktop = cpu_of("AMD Ryzen 9 5950X 16-Core Processor", 105, 16, 2);
  EXPECT_NEAR(cpu_power(desktop, 1, 4.9).value(), 105 * 1.35, 1e-9);
}

TEST(CpuPower, NeverSleepsWhereNoDeepStateIsAllowed) {
  auto cpu = cpu_of("Intel Xeon Platinum 8175M", 480, 48, 2);
  cpu.sleeps = false;
  EXPECT_NEAR(cpu_power(cpu, 0).value(), 104.64, 1e-9);
}

TEST(CpuPower, RisesAndBendsDownOnceAwake) {
  for (const int threads : {1, 2}) {
    const CpuDescription cpu{Watts{1000}, 32, threads};
    EXPECT_DOUBLE_EQ(cpu_power(cpu, 7).value(), cpu_power(cpu, 1).value());
    EXPECT_DOUBLE_EQ(cpu_power(cpu, -1).value(), cpu_power(cpu, 0).value());
    EXPECT_GT(cpu_power(cpu, 0), Watts{0}) << "an idle processor is not off";
    for (double u = 0.1; u < 0.951; u += 0.05) {
      const double below = cpu_power(cpu, u - 0.05).value(), here = cpu_power(cpu, u).value(),
                   above = cpu_power(cpu, u + 0.05).value();
      EXPECT_GT(here, below);
      EXPECT_LE(above - here, here - below + 1e-9) << "concave at " << u;
    }
  }
}

TEST(CpuPower, OfAPartIsThatPartOfThePower) {
  const CpuDescription whole{Watts{320}, 32, 2}, quarter{Watts{80}, 8, 2};
  for (const double u : {0.0, 0.3, 1.0})
    EXPECT_NEAR(cpu_power(quarter, u, 2.5).value(), cpu_power(whole, u, 2.5).value() / 4, 1e-9);
}

TEST(CpuClock, IsExpectedBetweenBaseAndMaximum) {
  EXPECT_NEAR(clock_under_load_ghz(2, 4), 3.2, 1e-12);
  EXPECT_NEAR(clock_under_load_ghz(2.5, {}), 3.0, 1e-12);
  EXPECT_NEAR(clock_under_load_ghz(2.5, 1.0), 3.0, 1e-12) << "an impossible maximum";
  EXPECT_NEAR(assumed_clock_ghz({Watts{160}, 16, 2}), 3.0, 1e-12);
  EXPECT_DOUBLE_EQ(assumed_clock_ghz({Watts{1e4}, 1, 2}), 5);
  EXPECT_DOUBLE_EQ(base_clock_in("Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz").value(), 2.3);
  for (const char* name :
       {"AMD EPYC 7763 64-Core Processor", "X @ fast", "X @ 0GHz", "X @ GHz", "X @ 99GHz", ""})
    EXPECT_FALSE(base_clock_in(name)) << name;
}

TEST(CpuPower, AssumesATdpFromCores) {
  EXPECT_DOUBLE_EQ(assumed_tdp(4).value(), 32);
  EXPECT_GT(assumed_tdp(0), Watts{0});
  EXPECT_LT(assumed_tdp(16, CpuClass::mobile), assumed_tdp(16, CpuClass::desktop));
}

}  // namespace
}  // namespace joulecast::hardware
