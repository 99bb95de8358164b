// The data for `fit`: a table of measured configurations, the user's own recorded runs, or both.
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

/// Source of rows that joulecast measured itself, if no tag names another. `calibrate` uses it too.
constexpr std::string_view own_source = "here";

struct FitInput {
  std::vector<std::filesystem::path> tables;  ///< of workloads, speeds or energies
  /// Runs of a store, where "" is the usual one; nothing = the table alone.
  std::optional<std::string> store;
  std::filesystem::path graphs;                ///< see estimate::sample_context()
  std::vector<std::filesystem::path> devices;  ///< descriptions of GPUs and processors, JSON
  /// "NAME=model.onnx": the graph of the network that rows call NAME. A network without a graph is learned as
  /// a whole.
  std::vector<std::string> networks;
  std::vector<std::string> notes;  ///< "SOURCE=origin and licence"
};

struct FitData {
  std::vector<estimate::Sample> samples;
  std::vector<estimate::SourceNote> notes;
  std::size_t runs_used = 0, runs_left_out = 0;  ///< counts of the store's runs
  std::string left_out_text;                     ///< one line on what was left out; "" if nothing was
};

/// invalid if neither table nor store is given, or if nothing in them can be used; malformed with file:line.
[[nodiscard]] Result<FitData> gather_fit_data(const FitInput& input);

/// Adds what was left out to the error's message, because it may be the cause.
[[nodiscard]] Error with_left_out(Error error, const FitData& data);

}  // namespace joulecast::session
