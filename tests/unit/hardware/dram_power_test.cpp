#include "hardware/dram_power.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/csv.hpp"
#include "support/shared_data.hpp"

namespace joulecast::hardware {
namespace {

TEST(DramPower, GrowsFromTheIdleModules) {
  EXPECT_NEAR(dram_power(24, 0, 8).value(), 3.6, 1e-12);
  EXPECT_NEAR(dram_power(24, 1, 8).value(), 8.4, 1e-12);
  EXPECT_NEAR(dram_power(100, 0.5, 2).value(), 30, 1e-12) << "one of two CPUs";
  EXPECT_NEAR(dram_power(100, 0.25, 2).value(), 22.5, 1e-12) << "half a CPU: awake half of the time";
  EXPECT_EQ(dram_power(100, 2, 2), dram_power(100, 1, 2));
}

// DRAM power by RAPL of whole cloud servers, whose memory the cloud (AWS) publishes. That of i3 is left out:
// 11 W for 512 GiB is a quarter of what any other machine draws per GiB, as if its counter had another unit.
TEST(DramPower, CoversServersUnderACpuLoad) {
  SKIP_WITHOUT_SHARED_DATA(data);
  const std::map<std::string, double> gib = {{"c5n_April21", 192},
                                             {"z1d_March21", 384},
                                             {"m5zn_March21", 192},
                                             {"m5_June21", 384},
                                             {"r5_June21", 768}};
  const auto table = CsvTable::read(data / "tables" / "cpu-power-loads.csv", CsvKind::data).value();
  const auto column = [&](const char* name) { return table.needed_column(name).value(); };
  const auto scope = column("scope"), notes = column("notes"), load = column("load_pct"),
             power = column("power_w");
  std::map<std::string, std::pair<double, int>> errors;
  int rows = 0, inside = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto note = table.text(row, notes);
    if (table.text(row, scope) != "dram" || !note.starts_with("CPUStress; mean of 60 s")) continue;
    const auto machine = std::ranges::find_if(
        gib, [&](const auto& entry) { return note.find("; " + entry.first) != std::string_view::npos; });
    if (machine == gib.end()) continue;
    const double truth = table.number(row, power).value().value();
    const double model = dram_power(machine->second, *table.number(row, load).value() / 100, 72).value();
    auto& [sum, count] = errors[machine->first];
    sum += std::abs(model / truth - 1), ++count;
    ++rows;
    inside += std::abs(model - truth) <= dram_power_uncertainty * model ? 1 : 0;
  }
  ASSERT_EQ(errors.size(), gib.size());
  double mean = 0;
  for (const auto& [name, error] : errors) mean += error.first / error.second / 5;
  EXPECT_LT(mean, 0.2);
  EXPECT_EQ(inside, rows);
}

}  // namespace
}  // namespace joulecast::hardware
