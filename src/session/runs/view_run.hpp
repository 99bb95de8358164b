// Stored runs as people and programs see them: what list, show, rm, tag, export and recover do.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "carbon/intensity.hpp"
#include "report/run_report.hpp"
#include "store/store.hpp"

namespace joulecast::session {

/// The store at a path, or at the default one where the text is empty.
[[nodiscard]] Result<store::Store> open_store(const std::string& path, store::Access access);

/// A run with its energies and emissions. What `place` says replaces what was said when the run began: its
/// place as a whole, its PUE apart. invalid for an impossible intensity or PUE.
[[nodiscard]] Result<report::RunReport> view_run(const store::Store& store, const std::string& reference,
                                                 const Place& place);

[[nodiscard]] std::string list_text(const std::vector<store::RunRow>& runs);
[[nodiscard]] nlohmann::ordered_json list_json(const std::vector<store::RunRow>& runs);

/// "team=vision", "team=" (takes it away), "-team" is not one: invalid without a '='.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_tags(const std::vector<std::string>& texts);

}  // namespace joulecast::session
