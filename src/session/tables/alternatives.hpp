// From a table of runs to alternatives: rows with the same labels are runs of one.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/tables/run_table.hpp"
#include "tradeoff/alternative.hpp"

namespace joulecast::session {

struct AlternativesRequest {
  std::vector<std::string> group;  ///< columns that make an alternative; empty = default_keys()
  std::vector<std::string> only;   ///< "column=value[,value…]": see RowFilter
  bool distinct = false;           ///< leave out rows that repeat another in all but their identifier
};

struct Alternatives {
  std::vector<std::string> keys;
  std::vector<tradeoff::Alternative> items;
  std::vector<std::vector<std::size_t>> rows;  ///< of the table, for each alternative
  std::vector<LeftOutRuns> left_out;           ///< runs without a label or a figure
  std::vector<std::string> warnings;
};

/// Of architecture, network, model, framework, gpu, gpu_count, batch_size, optimizer and power_limit_w those
/// columns that tell rows apart which the ones before do not.
[[nodiscard]] std::vector<std::string> default_keys(const RunTable& table);

/// The columns' numbers by alternative. A cell with several numbers (a figure by epoch) gives its largest.
/// malformed with file:line for text in a cell, invalid for columns or values that are not there.
[[nodiscard]] Result<Alternatives> alternatives_of(const RunTable& table, const AlternativesRequest& request,
                                                   const std::vector<std::string>& columns);

/// How often to draw the runs anew: fewer times for many alternatives, whose shares need no more digits than
/// they are shown with.
[[nodiscard]] std::size_t affordable_resamples(std::size_t wanted, std::size_t alternatives);

/// The column with the run's energy: energy_j, gpu_energy_j, … or the only one in a unit of energy.
/// Where that is not clear, the error asks for `field` of the request.
[[nodiscard]] Result<std::string> energy_column(const RunTable& table, std::string_view field);

}  // namespace joulecast::session
