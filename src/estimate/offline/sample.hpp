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
#include "network/ec_nas.hpp"

namespace joulecast::estimate {

/// What was measured, all GPUs together; absent = not known.
struct Measured {
  std::optional<double> power_w;
  std::optional<double> epoch_time_s;
  std::optional<double> epoch_energy_j;
};

struct Sample {
  // Who it is: for splits and for what rows have in common.
  std::string source;
  std::string configuration;
  std::string architecture;  ///< lower case letters and digits only: "ResNet-50" is "resnet50"
  std::string framework;
  std::string dataset;
  std::string optimiser;
  // Where it runs.
  hardware::Gpu gpu;
  int gpu_count = 1;
  double limit_w = 0;  ///< of one GPU: the limit set, else the board's
  double batch = 1;    ///< of a step, over all GPUs
  // What it does.
  std::optional<NetworkWork> work;  ///< nothing where the architecture is unknown
  bool guessed = false;             ///< the work is that of typical networks of its size
  std::optional<double> parameters;
  std::optional<double> gmacs;  ///< forward, of one sample
  std::optional<double> image_height, image_width;
  std::optional<double> train_samples, validation_samples;
  Measured measured;

  /// Rows that share it run the same software: "source/framework".
  [[nodiscard]] std::string setting() const { return source + "/" + framework; }
  /// Rows that share it train the same network on the same data.
  [[nodiscard]] std::string workload() const { return setting() + "/" + dataset + "/" + architecture; }
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
struct LeftOut {
  std::size_t rows = 0;
  std::optional<Error> first;  ///< file:line and why
};

/// malformed with file:line where a GPU is not in the catalogue; with `left_out`, such rows are counted there
/// and the others go on.
[[nodiscard]] Result<std::vector<Sample>> samples_of(const formats::WorkloadTable& table,
                                                     const SampleContext& context,
                                                     LeftOut* left_out = nullptr);

[[nodiscard]] std::string normalised_architecture(std::string_view name);

}  // namespace joulecast::estimate
