#include "hardware/cpu_power_table.hpp"

#include <gmock/gmock.h>

#include "support/temporary_directory.hpp"

namespace joulecast::hardware {
namespace {
using ::testing::HasSubstr;

constexpr const char* header =
    "cpu,sockets,cores_per_socket,threads_per_core,tdp_w_per_socket,scope,load_pct,freq_mhz,power_w,"
    "idle_power_w,notes\n";

class CpuPowerTableTest : public ::testing::Test {
 protected:
  Result<CpuPowerTable> read(const std::string& text) {
    return read_cpu_power_tables({directory_.write("table.csv", text)});
  }
  std::string problem_of(const std::string& text) {
    const auto table = read(text);
    return table ? "" : to_string(table.error());
  }
  joulecast::testing::TemporaryDirectory directory_;
};

TEST_F(CpuPowerTableTest, KeepsPackagesUnderLoadAndTheirIdlePower) {
  const auto table = read(std::string(header) +
                          "Xeon X,2,10,2,100,package,0,,30,30,\n"
                          "Xeon X,2,10,2,100,package,50,2500,120,30,\n"
                          "Xeon X,2,10,2,100,package,4,,30,30,told to be idle\n"
                          "Xeon X,2,10,2,100,dram,50,,9,3,\n"
                          "Xeon X,2,10,2,100,system,50,,300,99,\n"
                          "Xeon X,2,10,2,100,package,100,,,30,no figure\n"
                          "Xeon X,2,10,2,100,package,20,,110,30,\"QUICK: not for fitting\"\n")
                         .value();
  ASSERT_EQ(table.groups.size(), 1U);
  const auto& [name, sockets, measured, idle] = table.groups[0];
  EXPECT_EQ(name, "Xeon X");
  EXPECT_EQ(sockets, 2);
  EXPECT_EQ(measured.cpu.cores, 20);
  EXPECT_EQ(measured.cpu.tdp, Watts{200});
  ASSERT_EQ(measured.readings.size(), 1U);
  EXPECT_DOUBLE_EQ(measured.readings[0].utilisation, 0.5);
  EXPECT_DOUBLE_EQ(measured.readings[0].clock_ghz.value(), 2.5);
  EXPECT_EQ(measured.readings[0].power, Watts{120});
  EXPECT_EQ(idle, Watts{30});
  EXPECT_EQ(table.unsteady_rows, 1U);
}

TEST_F(CpuPowerTableTest, TakesCodeCarbonsColumns) {
  const auto table = read(
                         "cpu,load_type,load_target_pct,logical_cpus,cpu_load_pct,cpu_mhz,rapl_package_w\n"
                         "AMD EPYC 8024P 8-Core Processor,all,0,16,0.6,1500,0.5\n"
                         "AMD EPYC 8024P 8-Core Processor,all,10,16,10,1600,18\n")
                         .value();
  const auto& group = table.groups.at(0);
  EXPECT_EQ(group.measured.cpu.cores, 8);
  EXPECT_EQ(group.measured.cpu.threads_per_core, 2);
  EXPECT_EQ(group.measured.cpu.tdp, Watts{90}) << "the catalogue's";
  EXPECT_EQ(group.measured.readings.size(), 1U);
  EXPECT_EQ(group.idle_power, Watts{0.5});
}

TEST_F(CpuPowerTableTest, JoinsOneProcessorOverTables) {
  const auto one = directory_.write("one.csv", std::string(header) + "AMD X1,1,4,2,50,package,50,,30,,\n");
  const auto two = directory_.write(
      "two.csv", std::string(header) + "AMD X1 4-Core Processor,1,4,2,50,package,60,,31,,\n");
  const auto table = read_cpu_power_tables({one, two}).value();
  ASSERT_EQ(table.groups.size(), 1U);
  EXPECT_EQ(table.groups[0].measured.readings.size(), 2U);
}

TEST_F(CpuPowerTableTest, TellsMachinesWithOneAndTwoOfAProcessorApart) {
  const auto table =
      read(std::string(header) + "AMD X1,1,4,2,50,package,50,,30,,\nAMD X1,2,4,2,50,package,50,,60,,\n")
          .value();
  ASSERT_EQ(table.groups.size(), 2U);
  EXPECT_EQ(table.groups[0].measured.cpu.tdp, Watts{50});
  EXPECT_EQ(table.groups[1].measured.cpu.tdp, Watts{100});
  EXPECT_EQ(table.groups[1].measured.cpu.cores, 8);
}

TEST_F(CpuPowerTableTest, SaysWhatIsWrongAndWhere) {
  const std::string start = header;
  EXPECT_THAT(problem_of("cpu,load_pct\nX,1\n"), HasSubstr("power_w"));
  EXPECT_THAT(problem_of("load_pct,power_w\n1,1\n"), HasSubstr("cpu"));
  EXPECT_THAT(problem_of(start + "X,1,4,2,50,package,101,,30,,\n"),
              HasSubstr("table.csv:2: load_pct is 101"));
  EXPECT_THAT(problem_of(start + "X,1,4,2,50,package,50,,many,,\n"), HasSubstr("table.csv:2"));
  EXPECT_THAT(problem_of(start + "X,1,4,2,50,package,50,,0,,\n"), HasSubstr("draws power"));
  EXPECT_THAT(problem_of(start + "X,1,0,2,50,package,50,,30,,\n"), HasSubstr("cores_per_socket is 0"));
  EXPECT_THAT(problem_of(start + "Zilog,1,,2,50,package,50,,30,,\n"),
              HasSubstr("cores_per_socket of 'Zilog'"));
  for (const auto* name : {"X 0-Core", "X 9999999999-Core", "X -Core"})
    EXPECT_THAT(problem_of("cpu,load_pct,power_w\n" + std::string(name) + ",50,30\n"),
                HasSubstr("cores_per_socket of 'X"));
  EXPECT_THAT(problem_of(start + "Zilog,1,4,2,,package,50,,30,,\n"), HasSubstr("Zilog"));
  EXPECT_THAT(problem_of(start + "X,1,4,2,50,package,-1,,30,,\n"), HasSubstr("load_pct is -1"));
}

}  // namespace
}  // namespace joulecast::hardware
