// A run as plain CSV tables for pandas, R and spreadsheets. Unknown is an empty cell.
#pragma once

#include <filesystem>
#include <span>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// One row a reading: time_s,node,component,device,quantity,unit,channel,provenance,value; by channel and
/// time. An energy counter's values are joules since its first reading.
[[nodiscard]] Status write_readings_csv(const trace::Run& run, const std::filesystem::path& file);

/// One row an epoch: epoch,start_s,end_s,work,energy_j and a column a metric, by name. `energies` as
/// trace::epoch_energies gives them.
[[nodiscard]] Status write_epochs_csv(const trace::Run& run, std::span<const std::optional<Joules>> energies,
                                      const std::filesystem::path& file);

}  // namespace joulecast::formats
