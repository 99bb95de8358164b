// What `fit` learned, as a readable JSON file: coefficients, where they come from, what they were trained on,
// and how far they were off on rows held out. No measured row is in it.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "estimate/evaluation/evaluate_offline.hpp"
#include "estimate/offline/interval_factors.hpp"
#include "estimate/offline/method.hpp"

namespace joulecast::estimate {

/// Files of another version are refused: their coefficients mean something else.
constexpr int model_file_version = 2;

/// The least and the greatest of a feature among the training rows.
struct TrainingRange {
  std::string feature;
  double low = 0, high = 0;
};
/// The features whose ranges are kept, in order.
[[nodiscard]] std::vector<std::pair<std::string, std::optional<double>>> range_features(const Sample& sample);

/// Configurations that were measured together: one architecture on one kind of host.
struct MeasuredGroup {
  std::string source, framework, dataset, architecture, gpu;
  int configurations = 0;
  double batch_low = 0, batch_high = 0;
  double gmacs = 0;  ///< 0 = not known
  double fp32_tflops = 0;
};

/// Of samples, by host, dataset and architecture.
[[nodiscard]] std::vector<MeasuredGroup> measured_groups(std::span<const Sample> samples);

/// Where rows came from: "seaa2023", "GAISSA-UPC/seaa2023_ect 6fa5af6, CC BY 4.0".
struct SourceNote {
  std::string name, note;
};

struct FittedMethod {
  const OfflineMethod* method = nullptr;
  std::unique_ptr<OfflineModel> model;
  std::array<IntervalFactors, 3> calibration;  ///< by Target; empty for methods without intervals
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
    std::optional<double> coverage;  ///< of rows that had an interval
  };
  std::vector<HeldOutScore> scores;  ///< on rows held out while fitting

  [[nodiscard]] const FittedMethod* find(std::string_view method) const;
};

struct FitRequest {
  FitOptions fit;
  std::vector<SourceNote> sources;
  std::string created;
  int threads = 0;
};

/// Learns every method that has something to learn, and calibrates `physics` by cross-validation.
[[nodiscard]] Result<ModelFile> fit_models(std::span<const Sample> samples, const FitRequest& request);

[[nodiscard]] nlohmann::ordered_json to_json(const ModelFile& model);
/// malformed, naming the file, where it is not a model file, or one of another version.
[[nodiscard]] Result<ModelFile> model_from_json(const nlohmann::ordered_json& json, const std::string& where);
[[nodiscard]] Result<ModelFile> read_model(const std::filesystem::path& file);
/// Whole or not at all.
[[nodiscard]] Status write_model(const ModelFile& model, const std::filesystem::path& file);
/// The model that comes with joulecast.
[[nodiscard]] std::filesystem::path default_model_path();

}  // namespace joulecast::estimate
