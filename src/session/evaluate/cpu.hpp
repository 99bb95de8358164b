// Tests the modelled CPU power on measured package power.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace joulecast::session {

struct CpuEvaluationRequest {
  std::vector<std::filesystem::path> tables;  ///< see hardware::read_cpu_power_tables()
};

/// How near the model comes to some readings. In percent of the measured power.
struct CpuScores {
  double mean_ape = 0;
  double median_ape = 0;
  double coverage = 0;  ///< 0..1: share of readings in the model's 90 % interval
  double interval_width = 0;
};

/// Where the coefficients come from that a CPU is judged by.
enum class CpuKnowledge {
  new_cpu,   ///< the shipped ones; the CPU had no part in their fit
  left_out,  ///< fitted again to the table's other CPUs, because the shipped ones know this CPU
  fitted,    ///< the shipped ones, which know this CPU: the table has too few others for a fit
};
[[nodiscard]] std::string_view name_of(CpuKnowledge knowledge);

struct CpuEvaluationGroup {
  std::string cpu;
  int sockets = 1;
  int cores = 1;  ///< of all sockets
  CpuKnowledge knowledge = CpuKnowledge::new_cpu;
  std::size_t rows = 0;
  bool clock_given = false;  ///< by at least one row
  CpuScores scores;          ///< with the clock where it is given
  CpuScores without_clock;
  std::optional<Watts> idle;  ///< measured at no load
  Watts modelled_idle{0};
};

struct CpuEvaluation {
  std::size_t rows = 0;
  std::size_t unsteady_rows = 0;  ///< left out
  CpuScores scores;               ///< mean over CPUs, each of equal weight
  CpuScores without_clock;
  std::vector<CpuEvaluationGroup> groups;
};

/// CPUs that shipped_cpu_coefficients() is fitted to are left out of a fit to the others, with an interval
/// from the others' errors. malformed with file:line; invalid if no row gives package power under load.
[[nodiscard]] Result<CpuEvaluation> evaluate_cpu(const CpuEvaluationRequest& request);

}  // namespace joulecast::session
