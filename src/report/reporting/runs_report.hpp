// A report of one run or several as a document, a sentence and CSV. docs/report.md describes it.
#pragma once

#include <string>

#include "report/document/document.hpp"
#include "session/reporting/report_runs.hpp"

namespace joulecast::report {

/// Where the sentences that a paper quotes stand.
enum class PaperSection { first, last };

[[nodiscard]] Document to_document(const session::RunsReport& report,
                                   PaperSection paper = PaperSection::last);

/// What a paper says of a run's energy: how much, how it was measured, and what was not counted.
[[nodiscard]] std::string statement(const session::ReportedRun& run);

/// The same of many runs together.
[[nodiscard]] std::string statement(const session::RunsReport& report);

/// One row per run, with its energy, interval, shares, emissions and price.
[[nodiscard]] std::string to_csv(const session::RunsReport& report);

}  // namespace joulecast::report
