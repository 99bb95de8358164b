// Ways of parting measured rows into what is trained on and what is tested, by what a test row may have in
// common with training.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "estimate/offline/sample.hpp"

namespace joulecast::estimate {

enum class Split {
  random,         ///< by row: repeats of a configuration stand on both sides, as in the paper
  configuration,  ///< whole configurations are held out
  pair,           ///< whole workloads on a host, where each of the two is known from others
  architecture,   ///< whole architectures, by name, in every source
  gpu,            ///< whole GPUs, in every source
  source,         ///< whole sources: other people's machines, software and networks
};
[[nodiscard]] std::string_view name_of(Split split);
/// invalid, naming what there is.
[[nodiscard]] Result<Split> split_from(std::string_view name);

struct Fold {
  std::vector<std::size_t> train, test;
};

struct SplitOptions {
  std::uint64_t seed = 1;
  int folds = 5;                ///< of random and configuration
  int architecture_folds = 12;  ///< of architectures and pairs, spread evenly
  /// With Split::gpu: this many configurations of the held-out GPU, in each source, are trained on after all:
  /// one of each workload before a second of any, otherwise at random.
  int shots = 0;
  int draws = 3;  ///< how many times shots are drawn
};

/// invalid where a fold would have nothing to train on.
[[nodiscard]] Result<std::vector<Fold>> make_folds(std::span<const Sample> samples, Split split,
                                                   const SplitOptions& options);

}  // namespace joulecast::estimate
