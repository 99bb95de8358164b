// Imports measurements of other programs into the store or into run bundles.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/provenance.hpp"
#include "formats/importer.hpp"

namespace joulecast::session {

struct ImportRequest {
  std::vector<std::filesystem::path> files;
  formats::ImportOptions options;
  bool join = false;                            ///< merge the files into one run
  bool dry_run = false;                         ///< read and report, but store nothing
  std::string store;                            ///< path or address; "" = the user's own
  std::optional<std::filesystem::path> bundle;  ///< write a run bundle here instead of storing
};

struct ImportedRun {
  std::string id;
  std::uint64_t samples = 0;     ///< rows or log entries with readings
  std::uint64_t readings = 0;    ///< values, over all channels
  std::optional<Joules> energy;  ///< nothing if the file has no power or energy
  Provenance provenance = Provenance::missing;
  Seconds gaps{0};
  /// The store had the run already and was not changed.
  bool already_there = false;
};

struct ImportedFile {
  std::filesystem::path file;
  formats::ImportReport report;
  std::vector<ImportedRun> runs;
};

struct ImportOutcome {
  std::vector<ImportedFile> files;
  std::vector<Error> failures;  ///< files of which nothing could be used
  /// Path of the store or of the bundle; empty for a dry run.
  std::string kept_in;
};

/// A file that cannot be used does not stop the others. Fails only if nothing can be stored: no store, a
/// bundle that cannot be written, or files that cannot be joined.
[[nodiscard]] Result<ImportOutcome> import_files(const ImportRequest& request);

}  // namespace joulecast::session
