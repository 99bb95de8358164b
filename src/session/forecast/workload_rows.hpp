// Recorded runs as rows of the workload table, so that `fit` learns from what the user has measured himself.
//
// What a run was is told by its tags where they have the name of a column of the table (`joulecast run --tag
// architecture=resnet50 --tag batch_size=64`, or later `joulecast tag`), else by its record, else by keys of
// an imported run.json that are not ours. What it took is measured: the median of the steady epochs' times
// and GPU energies, and their ratio as power. Nothing modelled becomes a row: learning from it would teach a
// model what another one thinks.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/workload_table.hpp"
#include "hardware/catalogue.hpp"
#include "store/run_store.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// The run as a row. invalid, with the reason as one phrase that can follow "5 runs left out:", where the run
/// does not tell what a row needs: an architecture, a batch size, epochs (or their number, for a run that
/// finished), and the measured power of every GPU that took part.
///
/// - Steady epochs: all but the first, where there are others, and, of a run that did not finish, but the
///   last. Without recorded epochs the run's time over their number.
/// - GPUs: those that were busy at least a hundredth of the time, where the run tells; several are of one
///   kind.
/// - A run without a GPU at work is one of its processor where `catalogue` holds a device of that name
///   (`joulecast calibrate --device` describes it).
[[nodiscard]] Result<formats::WorkloadRow> workload_row(const trace::Run& run,
                                                        const hardware::Catalogue& catalogue);

struct WorkloadRows {
  formats::WorkloadTable table;         ///< may have no rows
  std::map<std::string, int> left_out;  ///< number of runs by reason
  [[nodiscard]] int runs_left_out() const;
  /// "7 of 9 runs left out: 5 without epochs, 2 without measured GPU power"; "" where all are used.
  [[nodiscard]] std::string left_out_text() const;
};
/// Every run of a store, newest first.
[[nodiscard]] Result<WorkloadRows> workload_rows(const store::RunStore& store,
                                                 const hardware::Catalogue& catalogue);

}  // namespace joulecast::session
