// Which GPUs of a training are joined by fast links.
#pragma once

#include "estimate/offline/sample.hpp"

namespace joulecast::estimate {

/// NVLink boards that a whole rack joins on one switch.
[[nodiscard]] bool in_rack(const hardware::Gpu& gpu);
/// A node of 8, or a rack.
[[nodiscard]] int gpus_of_node(const hardware::Gpu& gpu);
/// Of the training's GPUs, as many as stand in one node.
[[nodiscard]] int gpus_joined(const Sample& sample);
/// Whether the board's usual machine joins its GPUs by more than PCIe.
[[nodiscard]] bool has_fast_links(const hardware::Gpu& gpu);

}  // namespace joulecast::estimate
