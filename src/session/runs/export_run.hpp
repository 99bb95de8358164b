// Writes a stored run to files: a run bundle or CSV tables.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/place.hpp"
#include "store/run_store.hpp"

namespace joulecast::session {

/// The files to write; an empty path = not wanted.
struct ExportTargets {
  std::filesystem::path bundle = {};
  std::filesystem::path readings_csv = {};
  std::filesystem::path epochs_csv = {};
  std::filesystem::path emissions = {};  ///< appends a row if the file exists
};

struct ExportRequest {
  std::string store;  ///< path or address; "" = the user's own
  std::string run;    ///< see store::RunStore; "" = the latest
  Place place;        ///< replaces the place that was given when the run began
  ExportTargets targets;
};

struct ExportedRun {
  store::RunChoice choice;
  std::vector<std::filesystem::path> written;
};

/// Stops at the first file that cannot be written. invalid if no target was named ("targets"), or if a target
/// exists already and is something else.
[[nodiscard]] Result<ExportedRun> export_run(const ExportRequest& request);

}  // namespace joulecast::session
