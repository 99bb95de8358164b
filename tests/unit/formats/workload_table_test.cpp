#include "formats/workload_table.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "support/shared_data.hpp"

namespace joulecast::formats {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr auto header =
    "architecture,gpu,batch_size,power_limit_w,epoch_time_s,mean_gpu_w,epoch_gpu_energy_j\n";

WorkloadTable table_of(const std::string& rows) {
  return parse_workload_table(header + rows, "t.csv").value();
}
Error error_of(const std::string& text) {
  return parse_workload_table(text, "t.csv").error();
}

TEST(WorkloadTable, EmptyCellsAreNotKnown) {
  const auto row = table_of("vgg16,RTX 3090,32,,12.5,,\n").rows.at(0);
  EXPECT_EQ(row.training.architecture, "vgg16");
  EXPECT_EQ(row.training.batch_size, 32);
  EXPECT_EQ(row.training.gpu_count, 1);
  EXPECT_FALSE(row.training.gpu_power_limit_w);
  EXPECT_DOUBLE_EQ(*row.epoch_time_s, 12.5);
  EXPECT_FALSE(row.epoch_energy_j());
}

TEST(WorkloadTable, EnergyIsAsRecordedElsePowerTimesTime) {
  EXPECT_DOUBLE_EQ(*table_of("a,g,1,,10,200,1999\n").rows[0].epoch_energy_j(), 1999);
  EXPECT_DOUBLE_EQ(*table_of("a,g,1,,10,200,\n").rows[0].epoch_energy_j(), 2000);
}

TEST(WorkloadTable, ConfigurationsWithoutIdAreToldApart) {
  const auto rows = table_of("a,g,1,100,,,\na,g,1,100,,,\na,g,2,100,,,\na,g,1,150,,,\n").rows;
  EXPECT_EQ(rows[0].config_id, rows[1].config_id);
  EXPECT_NE(rows[0].config_id, rows[2].config_id);
  EXPECT_NE(rows[0].config_id, rows[3].config_id);
}

TEST(WorkloadTable, SaysWhichLineAndWhy) {
  const std::string good = "a,g,1,,,,\n";
  auto error = error_of(header + good + "a,g,1,watts,,,\n");
  EXPECT_EQ(error.kind, ErrorKind::malformed);
  EXPECT_THAT(error.where, EndsWith("t.csv:3"));
  EXPECT_THAT(error.message, HasSubstr("power_limit_w is not a number: 'watts'"));
  EXPECT_THAT(error_of(header + good + "a,g,1,,-3,,\n").message, HasSubstr("epoch_time_s must be positive"));
  EXPECT_THAT(error_of(header + good + "a,g,,,,,\n").message, HasSubstr("batch_size"));
  EXPECT_THAT(error_of(header + good + "a,g,2.5,,,,\n").message, HasSubstr("batch_size"));
  EXPECT_THAT(error_of(header + good + "a,,2,,,,\n").message, HasSubstr("gpu is empty"));
  EXPECT_THAT(error_of(header + good + "a,g,1,,nan,,\n").message, HasSubstr("epoch_time_s"));
  EXPECT_THAT(error_of(header + good + "a,g,1,,1e300,,\n").message,
              HasSubstr("epoch_time_s is impossible: 1e300"));
  EXPECT_THAT(error_of(header + good + "a,g,1,,,1e-300,\n").message, HasSubstr("mean_gpu_w is impossible"));
  EXPECT_THAT(error_of("architecture,gpu\nx,y\n").message, HasSubstr("batch_size"));
  EXPECT_THAT(error_of(header).message, HasSubstr("no rows"));
}

TEST(WorkloadTable, ReadsTheMeasuredOne) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto table = read_workload_table(root / "tables" / "workloads.csv");
  ASSERT_TRUE(table) << to_string(table.error());
  EXPECT_EQ(table->rows.size(), 3009U);
  std::set<std::string> configurations;
  for (const auto& row : table->rows) configurations.insert(row.config_id);
  EXPECT_EQ(configurations.size(), 1661U + 30 + 8 + 967);  // counted with pandas
  const auto without = [](const WorkloadRow& row) { return !row.epoch_gpu_energy_j; };
  EXPECT_EQ(std::count_if(table->rows.begin(), table->rows.end(), without), 1850);
}

}  // namespace
}  // namespace joulecast::formats
