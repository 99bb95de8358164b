#include "formats/emissions_csv.hpp"

#include <gmock/gmock.h>

#include "base/files.hpp"
#include "formats/importer.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::formats {
namespace {

EmissionsRow row(const std::string& id) {
  EmissionsRow row;
  row.timestamp = "2026-01-02T11:00:00";
  row.project_name = "with, comma";
  row.run_id = id;
  row.duration_s = 3600;
  row.emissions_kg = 0.07;
  row.cpu_energy_kwh = 0.05;
  row.gpu_energy_kwh = 0.3;
  row.energy_kwh = 0.35;
  row.gpu_count = 2;
  row.os = "Debian 12";
  return row;
}

TEST(EmissionsCsv, HasCodeCarbonsColumnsInItsOrder) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.path() / "emissions.csv";
  ASSERT_TRUE(append_emissions_csv(row("a"), file));
  const auto text = *read_file(file);
  // As CodeCarbon 3.3 writes them.
  EXPECT_EQ(
      text.substr(0, text.find('\n')),
      "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,"
      "ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,water_consumed,country_name,"
      "country_iso_code,region,cloud_provider,cloud_region,os,python_version,codecarbon_version,cpu_count,"
      "cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode,"
      "cpu_utilization_percent,gpu_utilization_percent,ram_utilization_percent,ram_used_gb,on_cloud,pue,wue");
}

TEST(EmissionsCsv, ComesBackThroughTheImporter) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.path() / "emissions.csv";
  ASSERT_TRUE(append_emissions_csv(row("first"), file));
  ASSERT_TRUE(append_emissions_csv(row("second"), file));
  trace::RunCollector collector;
  const auto report = import_path(file, {.strict = true, .columns = {}}, collector);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(report->kind, "codecarbon");
  ASSERT_EQ(collector.runs().size(), 2u);
  const auto& run = collector.runs()[1];
  EXPECT_EQ(run.info.id, "second");
  EXPECT_EQ(run.info.name, "with, comma");
  EXPECT_EQ(run.span, (trace::Span{Seconds{0}, Seconds{3600}}));
  EXPECT_EQ(run.traces.size(), 2u);  // an empty cell is no channel: the memory was not measured
  EXPECT_NEAR(trace::energy_of(run).total->value(), 0.35 * 3.6e6, 1e-6);
}

TEST(EmissionsCsv, LeavesAFileWithOtherColumnsAlone) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.write("emissions.csv", "timestamp,emissions\n1,2\n");
  const auto status = append_emissions_csv(row("a"), file);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::invalid);
  EXPECT_EQ(read_file(file), "timestamp,emissions\n1,2\n");
}

}  // namespace
}  // namespace joulecast::formats
