// The metrics of a machine and of the runs on it. docs/exporter.md lists them.
#pragma once

#include <string>
#include <string_view>

#include "report/machine/metrics_writer.hpp"
#include "session/machine/node_state.hpp"
#include "session/runs/running_runs.hpp"

namespace joulecast::report {

/// What the program that serves the metrics costs itself.
struct ExporterCost {
  Seconds cpu{0};      ///< CPU time of the whole process
  WallTime began;      ///< when that was 0
  double answers = 0;  ///< scrapes so far
};

/// A device of unknown power has no sample of joulecast_power_watts, never one of 0.
void write_node(MetricsWriter& writer, const session::NodeState& node);
void write_runs(MetricsWriter& writer, const session::RunningRuns& runs);
void write_exporter(MetricsWriter& writer, const session::NodeState& node, const ExporterCost& cost);

/// All of them.
[[nodiscard]] std::string metrics_text(const session::NodeState& node, const session::RunningRuns& runs,
                                       const ExporterCost& cost, MetricsFormat format);

}  // namespace joulecast::report
