// A stored run as files: a bundle, CSV tables.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "carbon/intensity.hpp"
#include "store/store.hpp"

namespace joulecast::session {

/// Where to write what; an empty path = not wanted.
struct ExportTargets {
  std::filesystem::path bundle = {};
  std::filesystem::path readings_csv = {};
  std::filesystem::path epochs_csv = {};
  std::filesystem::path emissions = {};  ///< a row is added where the file is there
};

/// Returns what was written. invalid where nothing was asked for, or a target is there already as something
/// else.
[[nodiscard]] Result<std::vector<std::filesystem::path>> export_run(const store::Store& store,
                                                                    const std::string& reference,
                                                                    const Place& place,
                                                                    const ExportTargets& targets);

}  // namespace joulecast::session
