// Parts of a board: MIG instances ("A100-SXM4-40GB MIG 1g.5gb") and virtual GPUs ("GRID T4-8Q", "A40-48Q").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hardware/catalogue.hpp"

namespace joulecast::hardware {

/// A name that means a part of a board.
struct GpuPartName {
  std::string board;  ///< to be found in the catalogue
  /// Slices of a MIG instance; 0 = a virtual GPU that takes turns with others.
  int slices = 0;
  double memory_gb = 0;
};

/// Nothing for a name of a whole board, or of a virtual GPU whose board has no known code.
[[nodiscard]] std::optional<GpuPartName> parse_gpu_part(std::string_view name);

/// The part's figures: a MIG instance has its slices' multiprocessors (14 each on A100, 16 on H100; NVIDIA's
/// MIG user guide) and its memory slices' bandwidth; a virtual GPU the share of everything that its memory is
/// of the board's, as equally shared boards have it. Power in proportion to the multiprocessors: an
/// assumption, as `source` says. invalid for more than the board has.
[[nodiscard]] Result<Gpu> part_of(const Gpu& board, const GpuPartName& part, std::string_view name);

}  // namespace joulecast::hardware
