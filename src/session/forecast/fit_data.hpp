// What `fit` learns from: a table of measured configurations, the user's own recorded runs, or both.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "estimate/offline/model_file.hpp"
#include "estimate/offline/sample.hpp"

namespace joulecast::session {

/// The source of rows that joulecast measured itself, where no tag says another; also for `calibrate`.
constexpr std::string_view own_source = "here";

struct FitInput {
  std::filesystem::path table;  ///< empty = none
  /// Of a store, "" = the usual one; nothing = the table alone.
  std::optional<std::string> store;
  std::filesystem::path graphs;                ///< as estimate::sample_context()
  std::vector<std::filesystem::path> devices;  ///< descriptions of GPUs and processors, JSON
  /// "NAME=model.onnx": the network that rows call so. What has no graph by its name is learned as a whole.
  std::vector<std::string> networks;
  std::vector<std::string> notes;  ///< "SOURCE=where from, under which licence"
};

struct FitData {
  std::vector<estimate::Sample> samples;
  std::vector<estimate::SourceNote> notes;
  std::size_t runs_used = 0, runs_left_out = 0;  ///< of the store
  std::string left_out_text;                     ///< one line, "" where nothing was left out
};

/// invalid where neither table nor store is given, or nothing in them can be used; malformed with file:line.
[[nodiscard]] Result<FitData> gather_fit_data(const FitInput& input);

/// The error with what was left out, which may be its cause.
[[nodiscard]] Error with_left_out(Error error, const FitData& data);

}  // namespace joulecast::session
