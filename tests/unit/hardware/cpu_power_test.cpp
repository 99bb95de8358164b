#include "hardware/cpu_power.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "hardware/catalogue.hpp"
#include "support/shared_data.hpp"

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
      {"Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", CpuClass::mobile},
      {"12th Gen Intel(R) Core(TM) i7-1260P", CpuClass::mobile},
      {"11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz", CpuClass::mobile},
      {"Intel(R) Core(TM) i7-6700HQ CPU @ 2.60GHz", CpuClass::mobile},
      {"Zilog Z80", CpuClass::unknown},
      {"", CpuClass::unknown},
  };
  for (const auto& [name, kind] : cases) EXPECT_EQ(cpu_class_of(name), kind) << name;
}

TEST(CpuPower, RunsFromIdleToItsShareOfTdp) {
  const CpuDescription cpu{Watts{100}, CpuClass::server, true};
  const auto p = cpu_power_parameters(cpu);
  EXPECT_DOUBLE_EQ(cpu_power(cpu, 0).value(), 100 * p.idle_share);
  EXPECT_DOUBLE_EQ(cpu_power(cpu, 1).value(), 100 * p.full_share);
  EXPECT_DOUBLE_EQ(cpu_power(cpu, 7).value(), cpu_power(cpu, 1).value());
  EXPECT_DOUBLE_EQ(cpu_power(cpu, -1).value(), cpu_power(cpu, 0).value());
  EXPECT_GT(cpu_power(cpu, 0), Watts{0}) << "an idle processor is not off";
}

TEST(CpuPower, RisesAndBendsDown) {
  for (const bool threads : {true, false}) {
    const CpuDescription cpu{Watts{100}, CpuClass::desktop, threads};
    for (double u = 0.05; u < 0.951; u += 0.05) {
      const double below = cpu_power(cpu, u - 0.05).value(), here = cpu_power(cpu, u).value(),
                   above = cpu_power(cpu, u + 0.05).value();
      EXPECT_GT(here, below);
      EXPECT_LE(above - here, here - below + 1e-12) << "concave at " << u;
    }
  }
}

TEST(CpuPower, AHalfClockTakesAQuarterOfTheDynamicPart) {
  const CpuDescription cpu{Watts{100}, CpuClass::desktop, true};
  const double idle = cpu_power(cpu, 0).value();
  EXPECT_NEAR(cpu_power(cpu, 1, 0.5).value() - idle, (cpu_power(cpu, 1).value() - idle) / 4, 1e-12);
}

TEST(CpuPower, AVirtualMachineIsNotItsHost) {
  EXPECT_DOUBLE_EQ(limit_to_virtual_cpus(Watts{350}, 4).value(), 16);
  EXPECT_DOUBLE_EQ(limit_to_virtual_cpus(Watts{15}, 8).value(), 15);
  EXPECT_GT(assumed_tdp(0), Watts{0});
  EXPECT_LT(assumed_tdp(16, CpuClass::mobile), assumed_tdp(16, CpuClass::desktop));
}

// RAPL readings at controlled loads, with CodeCarbon's estimate of the same moments (CodeCarbon project,
// MIT).
TEST(CpuPower, IsNearerToRaplThanCodeCarbonOnEveryMeasuredCpu) {
  SKIP_WITHOUT_SHARED_DATA(data);
  const auto table = CsvTable::read(data / "tables" / "cpu-load-power.csv", CsvKind::data).value();
  const auto number = [&](std::size_t row, const char* name) {
    return parse_double(table.text(row, table.needed_column(name).value())).value();
  };
  struct Sums {
    double ours = 0, theirs = 0, inside = 0, rows = 0;
  };
  std::map<std::string, Sums> cpus;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (number(row, "load_target_pct") <= 0) continue;
    const std::string name(table.text(row, table.needed_column("cpu").value()));
    const CpuDescription cpu{find_cpu(name).value().tdp, cpu_class_of(name), true};
    const double truth = number(row, "rapl_package_w");
    const double ours = cpu_power(cpu, number(row, "cpu_load_pct") / 100).value();
    auto& sums = cpus[name];
    sums.ours += std::abs(ours - truth) / truth;
    sums.theirs += std::abs(number(row, "codecarbon_estimate_w") - truth) / truth;
    sums.inside += std::abs(ours - truth) <= ours * cpu_power_parameters(cpu).uncertainty ? 1 : 0;
    ++sums.rows;
  }
  EXPECT_GE(cpus.size(), 2U);
  for (const auto& [name, sums] : cpus) {
    EXPECT_LT(sums.ours, sums.theirs) << name;
    EXPECT_GE(sums.inside / sums.rows, 0.87) << name;
  }
}

}  // namespace
}  // namespace joulecast::hardware
