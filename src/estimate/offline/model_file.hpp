// What `fit` learned, as a readable JSON file: the coefficients, the sources and ranges of the training rows,
// and the errors on held-out rows. It contains no measured rows.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "estimate/offline/interval_factors.hpp"
#include "estimate/offline/method.hpp"
#include "estimate/offline/training_coverage.hpp"

namespace joulecast::estimate {

/// Files of another version are refused, because their coefficients mean something else.
constexpr int model_file_version = 3;

/// Origin of the rows: "seaa2023", "GAISSA-UPC/seaa2023_ect 6fa5af6, CC BY 4.0".
struct SourceNote {
  std::string name, note;
};

struct FittedMethod {
  const OfflineMethod* method = nullptr;
  std::unique_ptr<OfflineModel> model;
  std::array<IntervalFactors, target_count> calibration;  ///< by Target; empty for methods without intervals
};

struct ModelFile {
  std::string created;  ///< "2026-11-20T15:00:00Z"
  std::size_t rows = 0;
  std::vector<SourceNote> sources;
  std::vector<TrainingRange> ranges;
  std::vector<MeasuredGroup> measured;
  std::vector<FittedMethod> methods;
  struct HeldOutScore {
    std::string split, method, target;
    double median_ape = 0, mean_ape = 0;
    std::optional<double> coverage;  ///< over the rows that had an interval
  };
  std::vector<HeldOutScore> scores;  ///< on rows held out while fitting

  [[nodiscard]] const FittedMethod* find(std::string_view method) const;
};

[[nodiscard]] nlohmann::ordered_json to_json(const ModelFile& model);
/// malformed, naming the file, if it is not a model file or has another version.
[[nodiscard]] Result<ModelFile> model_from_json(const nlohmann::ordered_json& json, const std::string& where);
[[nodiscard]] Result<ModelFile> read_model(const std::filesystem::path& file);
/// Atomic: writes the whole file or nothing.
[[nodiscard]] Status write_model(const ModelFile& model, const std::filesystem::path& file);
/// The model that comes with joulecast.
[[nodiscard]] std::filesystem::path default_model_path();

}  // namespace joulecast::estimate
