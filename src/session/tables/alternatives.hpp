// Groups a table of runs into alternatives: rows with the same labels are runs of one alternative.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/tables/run_table.hpp"
#include "tradeoff/alternative.hpp"

namespace joulecast::session {

struct AlternativesRequest {
  std::vector<std::string> group;  ///< columns whose values define an alternative; empty = default_keys()
  std::vector<std::string> only;   ///< "column=value[,value…]": see RowFilter
  /// Leave out rows that repeat another in everything but the identifier.
  bool distinct = false;
};

struct Alternatives {
  std::vector<std::string> keys;
  std::vector<tradeoff::Alternative> items;
  /// For each alternative, its row numbers in the table.
  std::vector<std::vector<std::size_t>> rows;
  std::vector<LeftOutRuns> left_out;  ///< runs without a label or a figure
  std::vector<std::string> warnings;
};

/// Chooses from architecture, network, model, framework, gpu, gpu_count, batch_size, optimizer and
/// power_limit_w. A column is taken if it separates rows that the columns before it do not. Where none of
/// them says anything: name.
[[nodiscard]] std::vector<std::string> default_keys(const RunTable& table);

/// Reads the values of the columns by alternative. A cell with several numbers (a figure by epoch) counts as
/// its largest. malformed with file:line for text in a cell; invalid for unknown columns or values.
[[nodiscard]] Result<Alternatives> alternatives_of(const RunTable& table, const AlternativesRequest& request,
                                                   const std::vector<std::string>& columns);

/// How many bootstrap resamples to draw. Many alternatives need fewer, because their shares are shown with
/// few digits.
[[nodiscard]] std::size_t affordable_resamples(std::size_t wanted, std::size_t alternatives);

/// The column with the run's energy: energy_j, gpu_energy_j, …, or the only column with a unit of energy. If
/// this is ambiguous, the error asks the user to set `field` of the request.
[[nodiscard]] Result<std::string> energy_column(const RunTable& table, std::string_view field);

}  // namespace joulecast::session
