// UNets that denoise an image after a text (Stable Diffusion), from a diffusers configuration.
#pragma once

#include "network/network.hpp"
#include "network/transformer/config_values.hpp"

namespace joulecast::network {

/// The class that such a configuration names under "_class_name".
constexpr std::string_view unet_class = "UNet2DConditionModel";

/// `image`: of the latents, 4x64x64; the configuration's own otherwise. `tokens`: of the text; 77 otherwise.
/// invalid for an image that the blocks cannot halve often enough.
[[nodiscard]] Result<ArchitectureFeatures> build_unet(ConfigValues& values, const std::string& name,
                                                      std::optional<std::int64_t> tokens,
                                                      const std::optional<Shape>& image);

}  // namespace joulecast::network
