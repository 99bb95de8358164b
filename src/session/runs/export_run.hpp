// A stored run as files: a bundle, CSV tables.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/place.hpp"
#include "store/run_store.hpp"

namespace joulecast::session {

/// Where to write what; an empty path = not wanted.
struct ExportTargets {
  std::filesystem::path bundle = {};
  std::filesystem::path readings_csv = {};
  std::filesystem::path epochs_csv = {};
  std::filesystem::path emissions = {};  ///< a row is added where the file is there
};

struct ExportRequest {
  std::string store;  ///< path or address; "" = the user's own
  std::string run;    ///< as store::RunStore; "" = the latest
  Place place;        ///< replaces what was said when the run began
  ExportTargets targets;
};

struct ExportedRun {
  store::RunChoice choice;
  std::vector<std::filesystem::path> written;
};

/// Stops at the first file that cannot be written. invalid where no target was named ("targets"), or one is
/// there already as something else.
[[nodiscard]] Result<ExportedRun> export_run(const ExportRequest& request);

}  // namespace joulecast::session
