// Tables of measured CPU power against load: one reading a row.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "hardware/cpu_power_fit.hpp"

namespace joulecast::hardware {

/// Everything that a table tells at package scope about one processor, in machines with as many of it.
struct CpuPowerGroup {
  std::string name;  ///< as the table writes it first
  int sockets = 1;
  MeasuredCpu measured;               ///< readings under load
  std::optional<Watts> idle_power{};  ///< mean at no load
};

struct CpuPowerTable {
  std::vector<CpuPowerGroup> groups;  ///< by name
  std::size_t unsteady_rows = 0;  ///< left out: one reading before power was steady ("QUICK" in the notes)
};

/// Reads tables with the columns cpu, load_pct, power_w and, optionally, sockets, cores_per_socket,
/// threads_per_core, tdp_w_per_socket, scope (rows of another scope than "package" are passed over), freq_mhz
/// (of the busy cores; empty = not known), idle_power_w, notes. A row is at no load if its load is 0 or its
/// power is its idle_power_w. CodeCarbon's own names are understood as well: cpu_load_pct, cpu_mhz,
/// rapl_package_w, and load_target_pct 0 for no load. Without columns for them, sockets are 1, cores come
/// from "8-Core" in the name, threads are 2, and the TDP is the catalogue's. Processors of the same name are
/// one group, over all tables.
///
/// malformed with file:line for a cell that is no number or out of range, or a processor whose cores or TDP
/// cannot be found.
[[nodiscard]] Result<CpuPowerTable> read_cpu_power_tables(const std::vector<std::filesystem::path>& files);

}  // namespace joulecast::hardware
