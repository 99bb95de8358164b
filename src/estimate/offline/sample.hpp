// A configuration as the offline methods see it: the network's work, the GPU's figures, the environment, and,
// where it was measured, what it took.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "estimate/offline/physics/network_work.hpp"
#include "formats/workload_table.hpp"
#include "hardware/catalogue.hpp"
#include "trace/training_description.hpp"

namespace joulecast::estimate {

/// What was measured, all GPUs together; absent = not known.
struct Measured {
  std::optional<double> power_w;
  std::optional<double> epoch_time_s;
  std::optional<double> epoch_energy_j;
};

/// The description with what follows from it.
struct Sample {
  std::string source;         ///< whose software and machine, for what rows have in common
  std::string configuration;  ///< repeats share it
  /// `architecture` is normalised_architecture(); what the network and the dataset's name tell is filled in.
  trace::TrainingDescription training;
  hardware::Gpu gpu;                ///< the description's, with the catalogue's figures
  std::optional<NetworkWork> work;  ///< nothing where the architecture is unknown
  bool guessed = false;             ///< the work is that of typical networks of its size
  std::optional<double> image_height, image_width;
  Measured measured;

  /// 1 where the description does not say.
  [[nodiscard]] int gpu_count() const { return training.gpu_count.value_or(1); }
  /// Of a step, over all GPUs; 1 where the description does not say.
  [[nodiscard]] double batch() const { return training.batch_size.value_or(1); }
  /// W of one GPU: the limit set, else the board's.
  [[nodiscard]] double limit_w() const {
    return training.gpu_power_limit_w.value_or(gpu.power_limit.value());
  }

  /// Rows that share it run the same software: "source/framework".
  [[nodiscard]] std::string setting() const { return source + "/" + training.framework; }
  /// Rows that share it train the same network on the same data.
  [[nodiscard]] std::string workload() const {
    return setting() + "/" + training.dataset + "/" + training.architecture;
  }
  /// Rows that share it ran on the same kind of machine.
  [[nodiscard]] std::string host() const { return setting() + "/" + gpu.name; }
  /// Rows that share it share both.
  [[nodiscard]] std::string pair() const { return workload() + " on " + gpu.name; }
};

/// What turns rows into samples.
struct SampleContext {
  const hardware::Catalogue* catalogue = nullptr;
  /// Networks of a graph table by architecture name ("cell-<hash>").
  std::map<std::string, NetworkWork> graphs;
};

/// The catalogue that comes with joulecast, and the graphs of `graphs`: that file, or, where it is empty,
/// ec-nas-graphs.csv beside each table if it is there.
[[nodiscard]] Result<SampleContext> sample_context(const std::vector<std::filesystem::path>& tables,
                                                   const std::filesystem::path& graphs = {});

/// Rows that no sample could be made of.
struct RowsLeftOut {
  std::size_t rows = 0;
  std::optional<Error> first;  ///< file:line and why
};

/// malformed with file:line where a GPU is not in the catalogue; with `left_out`, such rows are counted there
/// and the others go on.
[[nodiscard]] Result<std::vector<Sample>> samples_of(const formats::WorkloadTable& table,
                                                     const SampleContext& context,
                                                     RowsLeftOut* left_out = nullptr);

/// Lower case letters and digits only: "ResNet-50" is "resnet50".
[[nodiscard]] std::string normalised_architecture(std::string_view name);

}  // namespace joulecast::estimate
