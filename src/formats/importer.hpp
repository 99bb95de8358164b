// Imports measurements of other programs. Each kind of file has one source in src/formats/importers, behind
// this interface.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/support/damage.hpp"
#include "formats/support/line_reader.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::formats {

struct ImportOptions {
  /// Fail at the first unusable line, instead of making it a gap.
  bool strict = false;
  /// The columns of an nvidia-smi log without a header.
  std::vector<std::string> columns;
};

/// The result for one file.
struct ImportReport {
  struct RunSummary {
    std::string id;
    std::uint64_t samples = 0;   ///< rows or log entries with readings
    std::uint64_t readings = 0;  ///< values, over all channels
    /// Total length of gaps, of the power or energy channel that has the most.
    Seconds gaps{0};
  };
  std::string kind;
  std::vector<RunSummary> runs;
  std::vector<std::string> taken;   ///< "gpu0_power from power.draw [W]"
  std::vector<std::string> left;    ///< columns that were ignored: "fan.speed [%]: nothing here uses it"
  std::uint64_t skipped_lines = 0;  ///< lines that should have been usable but were not
  std::vector<std::string> faults;  ///< the first few faults, "file:line: reason"
};

/// One kind of file.
struct Importer {
  std::string_view kind;         ///< "nvidia-smi"
  std::string_view description;  ///< one line for the user
  /// Whether a file with this beginning is of this kind.
  bool (*recognises)(std::string_view head, const ImportOptions& options);
  /// Reads the file once, in constant memory. malformed with file:line if nothing in it can be used, and for
  /// any fault if reading is strict.
  Status (*import)(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                   ImportReport& report);
};

/// Every kind of file, in the order in which they are tried.
[[nodiscard]] std::span<const Importer* const> all_importers();

/// Imports a file or a run bundle (its directory or its run.json). malformed if no importer recognises it.
[[nodiscard]] Result<ImportReport> import_path(const std::filesystem::path& path,
                                               const ImportOptions& options, trace::RunSink& sink);

/// The same for text in memory, which cannot be a run bundle.
[[nodiscard]] Result<ImportReport> import_lines(LineReader lines, const ImportOptions& options,
                                                trace::RunSink& sink);

}  // namespace joulecast::formats
