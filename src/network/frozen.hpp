// Trainings that leave weights as they are: the first layers, all but the head, or all but LoRA's adapters.
//
// What is frozen costs its forward pass; its backward pass only where something before it is trained, and
// then without the gradients of its weights (PyTorch's requires_grad = False). Layers are taken in the order
// in which they are listed: a branch that begins after the first trained layer counts as if it depended on
// it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "network/network.hpp"

namespace joulecast::network {

struct Frozen {
  bool backbone = false;  ///< all but the last product with weights, the head
  int layers = 0;         ///< so many of the first layers with weights
  /// Low-rank adaptation (Hu et al. 2021): everything is frozen but two matrices of this rank beside each
  /// dense layer except the head (what PEFT calls all-linear). 0 = none.
  int lora_rank = 0;
  [[nodiscard]] bool anything() const { return backbone || layers > 0 || lora_rank > 0; }
};

/// "backbone", a number of layers, or "" and no rank for nothing. invalid, naming the field ("freeze" or
/// "lora"), for anything else, or for both.
[[nodiscard]] Result<Frozen> parse_frozen(std::string_view freeze, std::optional<int> lora_rank);

/// The network as it is trained: gradients, backward arithmetic and what is kept for the backward pass
/// follow, and adapters are layers of their own. invalid, naming the field, where no layer would be left to
/// train, or none could have an adapter.
[[nodiscard]] Result<ArchitectureFeatures> freeze(ArchitectureFeatures network, const Frozen& frozen);

/// "all weights trained", "backbone frozen", "first 10 layers frozen", "LoRA of rank 16 on dense layers".
[[nodiscard]] std::string to_text(const Frozen& frozen);

}  // namespace joulecast::network
