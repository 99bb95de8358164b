// Ways of splitting measured rows into training and test rows. They differ in what a test row may have in
// common with the training rows.
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
  random,         ///< by row: repeats of a configuration may be on both sides, as in del Rey et al.
  configuration,  ///< whole configurations are held out
  /// Whole workload-host pairs are held out, of which workload and host are each known from other rows.
  pair,
  architecture,  ///< whole architectures, by name, across all sources
  family,        ///< whole families of architectures: family_of()
  gpu,           ///< whole GPUs, across all sources
  source,        ///< whole sources: other people's machines, software and networks
};
[[nodiscard]] std::string_view name_of(Split split);
/// invalid for an unknown name; the message lists the known ones.
[[nodiscard]] Result<Split> split_from(std::string_view name);

struct Fold {
  std::vector<std::size_t> train, test;
};

struct SplitOptions {
  std::uint64_t seed = 1;
  int folds = 5;                ///< number of folds of random and configuration
  int architecture_folds = 12;  ///< number of folds of architecture and pair, balanced across groups
  /// With Split::gpu, this many configurations of the held-out GPU are still trained on, for each source.
  /// Each workload is drawn once before any is drawn twice; otherwise the draw is random.
  int shots = 0;
  int draws = 3;  ///< how many times the shots are drawn
};

/// invalid if a fold would have nothing to train on.
[[nodiscard]] Result<std::vector<Fold>> make_folds(std::span<const Sample> samples, Split split,
                                                   const SplitOptions& options);

}  // namespace joulecast::estimate
