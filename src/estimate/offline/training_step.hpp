// What a training step costs beside a forward pass.
#pragma once

namespace joulecast::estimate {

/// Arithmetic, traffic and kernels of a step over those of its forward pass: the backward pass costs twice
/// the forward pass, because it computes the gradients of both inputs and weights.
constexpr double training_over_forward = 3;

}  // namespace joulecast::estimate
