// Turns recorded runs into rows of the workload table, so that `fit` learns from the user's own measurements.
//
// A run is described by tags with the names of the table's columns (`joulecast run --tag
// architecture=resnet50 --tag batch_size=64`, or later `joulecast tag`), then by its record, then by keys of
// an imported run.json that joulecast does not define. The result is measured: the median time and GPU energy
// of the steady epochs, and their ratio as power. Modelled values are never used, because a model should not
// learn from another model's output.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/workload_table.hpp"
#include "hardware/catalogue.hpp"
#include "store/run_store.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// The run as a row. invalid, with the reason as a phrase that can follow "5 runs left out:", if something is
/// missing that a row needs: an architecture, a batch size, epochs (or their number, for a run that finished)
/// and the measured power of every GPU that took part.
///
/// - Steady epochs are all but the first, if there are others. In a run that did not finish, the last epoch
/// is
///   not steady either. Without recorded epochs, the run's time is divided by their number.
/// - GPUs that were busy for less than a hundredth of the time are left out, if the run has this figure. The
///   others must be of one kind.
/// - A run without a busy GPU counts as a run on its processor if `catalogue` has a device of that name
///   (`joulecast calibrate --device` describes it).
[[nodiscard]] Result<formats::WorkloadRow> workload_row(const trace::Run& run,
                                                        const hardware::Catalogue& catalogue);

struct WorkloadRows {
  formats::WorkloadTable table;         ///< may have no rows
  std::map<std::string, int> left_out;  ///< number of runs by reason
  [[nodiscard]] int runs_left_out() const;
  /// "7 of 9 runs left out: 5 without epochs, 2 without measured GPU power"; "" if all runs were used.
  [[nodiscard]] std::string left_out_text() const;
};
/// Rows from every run of a store, newest first.
[[nodiscard]] Result<WorkloadRows> workload_rows(const store::RunStore& store,
                                                 const hardware::Catalogue& catalogue);
/// Rows from these runs of it.
[[nodiscard]] Result<WorkloadRows> workload_rows(const store::RunStore& store,
                                                 const hardware::Catalogue& catalogue,
                                                 std::span<const std::string> ids);

}  // namespace joulecast::session
