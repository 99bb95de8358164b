// The sections of a report, one file each. Internal to src/report/reporting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/document/document.hpp"
#include "session/reporting/report_runs.hpp"

namespace joulecast::report {

[[nodiscard]] Section headline_section(const session::RunsReport& report);
[[nodiscard]] std::vector<Section> comparison_sections(const session::RunsReport& report);
[[nodiscard]] Section power_section(const session::ReportedRun& run);
[[nodiscard]] Section forecast_section(const session::ReportedRun& run);
[[nodiscard]] Section epochs_section(const session::ReportedRun& run);
[[nodiscard]] Section budget_section(const session::ReportedRun& run, const session::RunsReport& report);
/// Each GPU's power, and how busy they were.
[[nodiscard]] Section gpus_section(const session::ReportedRun& run);
/// What other GPUs, batches and power limits would have cost.
[[nodiscard]] Section choices_section(const session::ReportedRun& run);
[[nodiscard]] Section coverage_section(const session::ReportedRun& run);
[[nodiscard]] Section environment_section(const session::ReportedRun& run);
[[nodiscard]] Section record_section(const session::RunsReport& report);
[[nodiscard]] Section paper_section(const session::RunsReport& report);

/// The run's name, else its id.
[[nodiscard]] const std::string& label_of(const session::ReportedRun& run);
/// The same, with the end of the id where several of the runs have this name.
[[nodiscard]] std::vector<std::string> labels_of(const session::RunsReport& report);

/// "0.116 kWh", and the interval "0.110 to 0.122 kWh" if one is stated.
[[nodiscard]] std::string kilowatt_hours(Joules energy);
[[nodiscard]] std::string interval_of(const trace::RunEnergy& energy, std::string_view between = "to");
/// "92 % measured and 8 % modelled"
[[nodiscard]] std::string shares_text(const session::ProvenanceShares& shares);
/// "not stated" for an empty text.
[[nodiscard]] std::string or_not_stated(const std::string& text);

}  // namespace joulecast::report
