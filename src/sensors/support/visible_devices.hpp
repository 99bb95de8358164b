// Which GPUs a program may use, from the lists that CUDA and ROCm read (CUDA_VISIBLE_DEVICES,
// ROCR_VISIBLE_DEVICES).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::sensors {

struct VisibleDevice {
  std::string uuid;                    ///< "GPU-8932f937-…"; empty where the driver does not say
  std::string name;                    ///< "NVIDIA GeForce RTX 3090"
  bool partitioned = false;            ///< MIG is on
  std::vector<std::string> instances;  ///< "MIG-…", one per MIG instance
};

struct DeviceSelection {
  std::vector<std::size_t> indices;  ///< into the given devices, each once, in the list's order
  std::string note;  ///< information for the user: where the list stopped, and why; may be empty
};

/// As the CUDA runtime reads its list: no list = all; an empty one = none; entries are indices, whole or
/// abbreviated UUIDs (a unique beginning), or MIG instances; the first invalid entry ("-1", a word, an index
/// out of range, an ambiguous beginning) ends the list, and only what stands before it counts. A MIG instance
/// selects its whole GPU, once.
[[nodiscard]] DeviceSelection visible_devices(std::optional<std::string_view> list,
                                              std::span<const VisibleDevice> devices);

/// What this rank sees, and what the other ranks of its node see where each sees only GPUs of its own
/// (CUDA_VISIBLE_DEVICES=$LOCAL_RANK): as many GPUs for each, one rank's after the other's in the order of
/// their numbers; `rank` is this one's. The note says so, and where they cannot be told, that they are
/// measured once their ranks tell them (measure/rank_boards.hpp). Unchanged where this rank sees as many GPUs
/// as there are ranks.
[[nodiscard]] DeviceSelection with_other_ranks(DeviceSelection own, int rank, int ranks, std::size_t devices);

/// Devices as the user names them to joulecast: the same entries, but a wrong entry is an error (invalid).
[[nodiscard]] Result<DeviceSelection> named_devices(std::span<const std::string> names,
                                                    std::span<const VisibleDevice> devices);

}  // namespace joulecast::sensors
