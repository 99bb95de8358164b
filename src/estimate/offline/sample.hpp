// A configuration as the offline methods see it: the network's work, the GPU's figures, the environment and,
// if it was measured, the result.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "estimate/offline/physics/network_work.hpp"
#include "estimate/offline/speed/step_work.hpp"
#include "formats/workload_table.hpp"
#include "hardware/catalogue.hpp"
#include "trace/training_description.hpp"

namespace joulecast::estimate {

/// Sources whose names differ in a version alone, "mlperf-v1.0" and "mlperf-v5.0", share their software.
[[nodiscard]] std::string without_version(const std::string& source);

/// Measured values of all GPUs together; absent = not known.
struct Measured {
  std::optional<double> power_w;
  std::optional<double> epoch_time_s;
  std::optional<double> epoch_energy_j;
  /// Seconds per sample of all GPUs together, per token where the row counts tokens.
  std::optional<double> step_time_s{};
};

/// How one step is set up and what it works on, for the speed of a step.
struct Step {
  formats::StepSetup setup;
  StepWork work;
  std::string name;  ///< of the network, as the table or the user writes it
  bool counts_tokens = false;
};

/// A training's description, completed with what can be derived from it.
struct Sample {
  std::string source;         ///< who measured it: rows of one source share software and machines
  std::string configuration;  ///< the same for repeats
  /// `architecture` is normalised_architecture(). Members that follow from the network or the dataset's name
  /// are filled in.
  trace::TrainingDescription training;
  std::string architecture_name;    ///< as the table writes it
  hardware::Gpu gpu;                ///< the described GPU with the catalogue's figures
  std::optional<NetworkWork> work;  ///< nothing if the architecture is unknown
  std::optional<Step> step;         ///< of rows that tell a step's speed, and of trainings to predict
  bool guessed = false;             ///< the work is that of a typical network of its size
  std::optional<double> image_height, image_width;
  Measured measured;

  /// 1 if the description does not say.
  [[nodiscard]] int gpu_count() const { return training.gpu_count.value_or(1); }
  /// Samples per step over all GPUs; 1 if the description does not say.
  [[nodiscard]] double batch() const { return training.batch_size.value_or(1); }
  /// Power limit of one GPU in W: the one that was set, else the board's.
  [[nodiscard]] double limit_w() const {
    return training.gpu_power_limit_w.value_or(gpu.power_limit.value());
  }

  /// The same for rows that ran the same software: "source/framework".
  [[nodiscard]] std::string setting() const { return without_version(source) + "/" + training.framework; }
  /// The same for rows that trained the same network on the same data.
  [[nodiscard]] std::string workload() const {
    return setting() + "/" + training.dataset + "/" + training.architecture;
  }
  /// The same for rows that ran on the same kind of machine.
  [[nodiscard]] std::string host() const { return setting() + "/" + gpu.name; }
  /// The same for rows with the same workload and the same GPU.
  [[nodiscard]] std::string pair() const { return workload() + " on " + gpu.name; }
};

/// What is needed to turn table rows into samples.
struct SampleContext {
  const hardware::Catalogue* catalogue = nullptr;
  /// Networks of a graph table, by architecture name ("cell-<hash>").
  std::map<std::string, NetworkWork> graphs;
};

/// Loads the catalogue that comes with joulecast and a table of graphs. If `graphs` is empty,
/// ec-nas-graphs.csv beside each table is used where it exists.
[[nodiscard]] Result<SampleContext> sample_context(const std::vector<std::filesystem::path>& tables,
                                                   const std::filesystem::path& graphs = {});

/// Rows that could not be turned into samples.
struct RowsLeftOut {
  std::size_t rows = 0;
  std::optional<Error> first;  ///< file:line and why
};

/// malformed with file:line if a GPU is not in the catalogue. With `left_out`, such rows are counted there
/// and skipped instead.
[[nodiscard]] Result<std::vector<Sample>> samples_of(const formats::WorkloadTable& table,
                                                     const SampleContext& context,
                                                     RowsLeftOut* left_out = nullptr);

/// Keeps only letters and digits, in lower case: "ResNet-50" becomes "resnet50".
[[nodiscard]] std::string normalised_architecture(std::string_view name);

/// The architecture's name up to its first digit, underscore or dot, in lower case: "resnet" of "resnet50d".
[[nodiscard]] std::string family_of(const Sample& sample);

}  // namespace joulecast::estimate
