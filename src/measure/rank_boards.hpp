// The GPUs of the other ranks of this node, each of which may see boards of its own (CUDA_VISIBLE_DEVICES):
// the rank that measures the node reads those that it can see, and names the others. Internal to the module.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "progress/rank_message.hpp"
#include "sensors/support/opening.hpp"

namespace joulecast::measure {

/// The name of the sensor that hidden_boards() opens.
constexpr std::string_view hidden_boards_name = "hidden boards";

/// What this process may see.
[[nodiscard]] progress::SeenBoards seen_boards(const sensors::Environment& environment);

/// The N of each /dev/nvidiaN that `theirs` uses and the system hides from `own`, as Slurm does for each
/// task.
[[nodiscard]] std::vector<int> hidden_from(const progress::SeenBoards& own,
                                           const progress::SeenBoards& theirs);

/// Whether `theirs` may lead to boards that `own` does not lead to, and which can be found from here: where
/// the system shows each rank boards of its own, numbers mean other boards, and only UUIDs are the same.
[[nodiscard]] bool may_lead_further(const progress::SeenBoards& own, const progress::SeenBoards& theirs);

/// Opens the boards that these ranks see, without the `known` ones (devices of channels). unavailable where
/// that leaves none.
[[nodiscard]] sensors::Opening open_boards(const sensors::SensorType& type,
                                           const sensors::Environment& environment,
                                           std::vector<progress::SeenBoards> ranks,
                                           std::vector<std::string> known);

/// Of the channels of NVIDIA's boards, the devices that none of the ranks names. Nothing is known where a
/// rank names its boards otherwise than by numbers, or sees other files.
[[nodiscard]] std::vector<std::string> unnamed_boards(std::span<const trace::Channel> channels,
                                                      const progress::SeenBoards& own,
                                                      std::span<const progress::SeenBoards> others);

/// A channel for each of these boards, which says that the board is not measured.
[[nodiscard]] sensors::Opening open_hidden_boards(std::vector<int> nvidia,
                                                  const sensors::Environment& environment,
                                                  const std::string& rank);

}  // namespace joulecast::measure
