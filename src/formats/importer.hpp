// Imports measurements of other programs. Each kind of file has one source in src/formats/importers, behind
// this interface; the build lists them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "formats/support/damage.hpp"
#include "formats/support/dialect.hpp"
#include "formats/support/line_reader.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::formats {

struct ImportOptions {
  /// Fail at the first unusable line, instead of making it a gap.
  bool strict = false;
  /// What the columns are: names in their order, for a log without a header, or "role=column" for any CSV
  /// (docs/import.md lists the roles).
  std::vector<std::string> columns = {};
  /// What a comma in a number stands for, where the numbers do not tell.
  CommaIn comma = CommaIn::not_known;
  /// When a log began that has times without a date, elapsed times or no times at all.
  std::optional<WallTime> start = std::nullopt;
  /// Time from row to row in a log without times.
  std::optional<Seconds> period = std::nullopt;
  /// A larger file is refused, whatever its kind; nothing = most_log_bytes for logs, and for each file of a
  /// bundle what can be read in some 500 MB of memory.
  std::optional<std::uint64_t> most_bytes = std::nullopt;
  std::uint64_t most_log_bytes = 2'000'000'000;
  /// What a board of this name may draw for long, for logs that name the board and not its limit; may be
  /// empty.
  std::function<std::optional<Watts>(std::string_view name)> board_limit = nullptr;
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
  std::string content;  ///< what tells the file from others of its name: see content_mark()
  std::vector<RunSummary> runs;
  std::vector<std::string> taken;    ///< "gpu0_power from power.draw [W]"
  std::vector<std::string> left;     ///< columns that were ignored: "fan.speed [%]: nothing here uses it"
  std::uint64_t skipped_lines = 0;   ///< lines that should have been usable but were not
  std::uint64_t doubted_values = 0;  ///< values that no measurement can give; gaps took their place
  std::vector<std::string> faults;   ///< the first few faults, "file:line: reason"
  std::vector<Error> broken;         ///< bundles of a folder that could not be read
};

/// How sure an importer is that a file is of its kind.
enum class Match {
  no,
  guess,  ///< it looks like it; any importer that is sure goes first
  sure,
  told,  ///< the options say so
};

/// One kind of file.
struct Importer {
  std::string_view kind;           ///< "nvidia-smi"
  std::string_view description;    ///< what the file is, for the user
  std::string_view takes;          ///< what is imported
  std::string_view recognised_by;  ///< what tells the kind
  std::string_view documented;     ///< where its format is documented
  /// Whether a file with this beginning, from its first line on, is of this kind.
  Match (*recognises)(std::string_view head, const ImportOptions& options);
  /// Reads the file once, in constant memory. malformed with file:line if nothing in it can be used, and for
  /// any fault if reading is strict.
  Status (*import)(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                   ImportReport& report);
  /// A table with commas whose rows have a time each: they are put in order first (support/tidy_rows.hpp).
  bool row_has_time = false;
};

/// 16 hexadecimal digits (64-bit FNV-1a) of a file's beginning and, if it is known, its size. A log that has
/// grown since, and one of another folder with the same name, have others.
[[nodiscard]] std::string content_mark(std::string_view head, std::optional<std::uint64_t> size);

/// Every kind of file, by name.
[[nodiscard]] std::span<const Importer* const> all_importers();

/// Imports a file or a run bundle (its directory or its run.json); "-" is standard input. malformed if no
/// importer recognises it.
[[nodiscard]] Result<ImportReport> import_path(const std::filesystem::path& path,
                                               const ImportOptions& options, trace::RunSink& sink);

/// The same for text in memory, which cannot be a run bundle.
[[nodiscard]] Result<ImportReport> import_lines(LineReader lines, const ImportOptions& options,
                                                trace::RunSink& sink);

}  // namespace joulecast::formats
