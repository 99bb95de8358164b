// Shared by the importers' fuzz targets: imports a text leniently and strictly, and checks that the result is
// a valid trace.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/importer.hpp"
#include "trace/energy.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::fuzzing {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void check_run(const trace::Run& run) {
  for (const auto& trace : run.traces) require(trace::check(trace).has_value());
  (void)trace::energy_of(run);
}

inline void import_text(const formats::Importer& importer, const std::uint8_t* data, std::size_t size,
                        const formats::ImportOptions& options = {}) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool strict : {false, true}) {
    trace::RunCollector collector;
    formats::ImportReport report;
    auto chosen = options;
    chosen.strict = strict;
    formats::LineReader lines("fuzz", text);
    const auto status = importer.import(lines, chosen, collector, report);
    if (!status) continue;
    require(!strict || report.skipped_lines == 0);
    require(report.runs.size() == collector.runs().size());
    for (const auto& run : collector.runs()) check_run(run);
  }
}

}  // namespace joulecast::fuzzing
