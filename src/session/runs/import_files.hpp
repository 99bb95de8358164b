// Other people's measurements into the store, or into run bundles.
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
  bool join = false;                            ///< the files are about one run
  bool dry_run = false;                         ///< read and report, keep nothing
  std::string store;                            ///< path or address; "" = the user's own
  std::optional<std::filesystem::path> bundle;  ///< write a run bundle here instead of storing
};

struct ImportedRun {
  std::string id;
  std::uint64_t samples = 0;     ///< rows or log entries that gave readings
  std::uint64_t readings = 0;    ///< values, over all channels
  std::optional<Joules> energy;  ///< nothing where the file has no power or energy
  Provenance provenance = Provenance::missing;
  Seconds gaps{0};
  bool already_there = false;  ///< the store had it; nothing was changed
};

struct ImportedFile {
  std::filesystem::path file;
  formats::ImportReport report;
  std::vector<ImportedRun> runs;
};

struct ImportOutcome {
  std::vector<ImportedFile> files;
  std::vector<Error> failures;  ///< files of which nothing could be used
  std::string kept_in;          ///< the store's path or the bundle's; empty for a dry run
};

/// One file that cannot be used does not keep the others out. Fails where nothing can be kept at all: no
/// store, a bundle that cannot be written, files that do not join.
[[nodiscard]] Result<ImportOutcome> import_files(const ImportRequest& request);

}  // namespace joulecast::session
