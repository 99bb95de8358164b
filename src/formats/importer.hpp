// Reading other people's measurements: one file of src/formats/importers per kind, behind this interface.
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
  bool strict = false;               ///< the first unusable line is the error, instead of a gap
  std::vector<std::string> columns;  ///< what the columns are, for a nvidia-smi log without a header
};

/// What became of one file.
struct ImportReport {
  struct RunSummary {
    std::string id;
    std::uint64_t samples = 0;   ///< rows or log entries that gave readings
    std::uint64_t readings = 0;  ///< values, over all channels
    Seconds gaps{0};             ///< of the channel with power or energy that has most
  };
  std::string kind;
  std::vector<RunSummary> runs;
  std::vector<std::string> taken;   ///< "gpu0_power from power.draw [W]"
  std::vector<std::string> left;    ///< "fan.speed [%]: nothing here uses it"
  std::uint64_t skipped_lines = 0;  ///< that should have been usable and were not
  std::vector<std::string> faults;  ///< the first of them, "file:line: reason"
};

/// One kind of file.
struct Importer {
  std::string_view kind;         ///< "nvidia-smi"
  std::string_view description;  ///< one line for people
  /// Whether a file that begins so is one of this kind.
  bool (*recognises)(std::string_view head, const ImportOptions& options);
  /// Reads the file once, in constant memory. malformed with file:line where nothing of it can be used, and
  /// in strict reading for every fault.
  Status (*import)(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                   ImportReport& report);
};

/// Every kind of file, in the order in which they are asked.
[[nodiscard]] std::span<const Importer* const> all_importers();

/// Imports a file, or a run bundle (its directory or its run.json). malformed where no importer knows it.
[[nodiscard]] Result<ImportReport> import_path(const std::filesystem::path& path,
                                               const ImportOptions& options, trace::RunSink& sink);

/// The same for a text in memory, which no run bundle can be.
[[nodiscard]] Result<ImportReport> import_lines(LineReader lines, const ImportOptions& options,
                                                trace::RunSink& sink);

}  // namespace joulecast::formats
