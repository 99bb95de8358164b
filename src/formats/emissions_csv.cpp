#include "formats/emissions_csv.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/csv_scanner.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::formats {
namespace {

constexpr std::string_view header =
    "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_"
    "power,"
    "cpu_energy,gpu_energy,ram_energy,energy_consumed,water_consumed,country_name,country_iso_code,region,"
    "cloud_provider,cloud_region,os,python_version,codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_"
    "model,"
    "longitude,latitude,ram_total_size,tracking_mode,cpu_utilization_percent,gpu_utilization_percent,"
    "ram_utilization_percent,ram_used_gb,on_cloud,pue,wue";

template <class Number>
std::string cell(const std::optional<Number>& value) {
  return value ? fmt::format("{}", *value) : "";
}

std::optional<double> per_second(const std::optional<double>& value, const EmissionsRow& row) {
  if (!value || !row.duration_s || *row.duration_s <= 0) return std::nullopt;
  return *value / *row.duration_s;
}

std::optional<double> mean_watts(const std::optional<double>& kwh, const EmissionsRow& row) {
  const auto rate = per_second(kwh, row);
  return rate ? std::optional{*rate * 3.6e6} : std::nullopt;
}

std::optional<double> ram_percent(const EmissionsRow& row) {
  if (!row.ram_used_gib || !row.ram_total_gib || *row.ram_total_gib <= 0) return std::nullopt;
  return 100 * *row.ram_used_gib / *row.ram_total_gib;
}

std::string line_of(const EmissionsRow& row) {
  const std::string unknown;
  const std::vector<std::string> cells{csv_cell(row.timestamp),
                                       csv_cell(row.project_name),
                                       csv_cell(row.run_id),
                                       csv_cell(row.experiment_id),
                                       cell(row.duration_s),
                                       cell(row.emissions_kg),
                                       cell(per_second(row.emissions_kg, row)),
                                       cell(mean_watts(row.cpu_energy_kwh, row)),
                                       cell(mean_watts(row.gpu_energy_kwh, row)),
                                       cell(mean_watts(row.ram_energy_kwh, row)),
                                       cell(row.cpu_energy_kwh),
                                       cell(row.gpu_energy_kwh),
                                       cell(row.ram_energy_kwh),
                                       cell(row.energy_kwh),
                                       unknown,  // water_consumed
                                       csv_cell(row.country_name),
                                       csv_cell(row.country_iso3),
                                       unknown,  // region, which is a part of a country
                                       csv_cell(row.cloud_provider),
                                       csv_cell(row.cloud_region),
                                       csv_cell(row.os),
                                       unknown,  // python_version
                                       csv_cell(row.version),
                                       cell(row.cpu_count),
                                       csv_cell(row.cpu_model),
                                       cell(row.gpu_count),
                                       csv_cell(row.gpu_model),
                                       unknown,  // longitude
                                       unknown,  // latitude
                                       cell(row.ram_total_gib),
                                       "machine",
                                       cell(row.cpu_utilization_percent),
                                       cell(row.gpu_utilization_percent),
                                       cell(ram_percent(row)),
                                       cell(row.ram_used_gib),
                                       row.cloud_region.empty() ? "N" : "Y",
                                       fmt::format("{}", row.pue),
                                       unknown};  // wue
  return fmt::format("{}\n", fmt::join(cells, ","));
}

}  // namespace

Status append_emissions_csv(const EmissionsRow& row, const std::filesystem::path& file) {
  auto content = read_file(file);
  if (!content && content.error().kind != ErrorKind::unavailable) return propagate(content.error());
  if (!content || content->empty()) return write_file(file, fmt::format("{}\n{}", header, line_of(row)));
  if (trim(split(*content, '\n').front()) != header)
    return fail(ErrorKind::invalid, file.string() + ":1",
                "this is no emissions.csv of CodeCarbon's 38 columns; it was left as it is");
  if (!content->ends_with('\n')) *content += '\n';
  return write_file(file, *content + line_of(row));
}

}  // namespace joulecast::formats
