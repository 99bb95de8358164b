// Imports a text leniently and strictly, and checks that the result is a valid trace.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "formats/importer.hpp"
#include "trace/energy.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::fuzzing {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void check_run(const trace::Run& run) {
  for (const auto& trace : run.traces) {
    const auto valid = trace::check(trace);
    if (!valid)
      fmt::print(stderr, "{}: {}: {}\n", run.info.source, trace.channel.name, valid.error().message);
    require(valid.has_value());
  }
  (void)trace::energy_of(run);
}

/// Without an importer, the text is recognised first.
inline Result<formats::ImportReport> import_with(const formats::Importer* importer, std::string_view text,
                                                 const formats::ImportOptions& options,
                                                 trace::RunSink& sink) {
  formats::LineReader lines("fuzz", text);
  if (importer == nullptr) return formats::import_lines(std::move(lines), options, sink);
  formats::ImportReport report;
  if (auto ok = importer->import(lines, options, sink, report); !ok) return propagate(ok.error());
  return report;
}

inline void import_text(const formats::Importer* importer, std::string_view text,
                        formats::ImportOptions options) {
  for (const bool strict : {false, true}) {
    trace::RunCollector collector;
    options.strict = strict;
    const auto report = import_with(importer, text, options, collector);
    if (!report) continue;
    require(!strict || report->skipped_lines == 0);
    require(!strict || report->doubted_values == 0);
    require(report->runs.size() == collector.runs().size());
    for (const auto& run : collector.runs()) check_run(run);
  }
}

}  // namespace joulecast::fuzzing
