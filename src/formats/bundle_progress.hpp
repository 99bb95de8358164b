// progress.csv of a bundle: time_s,work[,phase], how much of the work was done as time went on.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "formats/support/damage.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// Fills run.progress, and run.phases unless run.json listed them. Where the phase's text changes, another
/// phase begins, and its work may count from the start again. A phase that was not listed has the run's unit
/// and, if it is the only one, the run's total work. A row without time or work, or whose time or work falls
/// within a phase, is reported to `damage`. malformed if the columns time_s and work are missing.
[[nodiscard]] Status read_bundle_progress(std::string_view text, std::string_view file, trace::Run& run,
                                          Damage& damage);

/// The text of progress.csv; "" if the run has no progress. Phases of the same name get a number, so that
/// each is read back as a phase of its own.
[[nodiscard]] std::string bundle_progress_text(const trace::Run& run);

}  // namespace joulecast::formats
