// Finds the network that a spelling means: tables, papers and libraries write the same name in many ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::network {

/// A name by which a network is known, its own or another.
struct KnownName {
  std::string name;
  std::string network;
};

/// `spelling` without the library or owner before its last "." or "/": "resnet50" of
/// "torchvision.models.resnet50"; what follows begins with a letter, so "mnasnet1.0" is whole.
[[nodiscard]] std::string_view unqualified(std::string_view spelling);

/// The networks that `spelling` may mean, each once, in the order of `names`; none where it fits nothing. The
/// first of these readings that fits any name decides:
///  1. letters and digits alone, whatever stands between them: "ResNet-50", "resnet_50". Between two digits
///     a separator counts as a decimal point: "RegNetX-16GF" is not "RegNetX-1.6GF";
///  2. the same without it: "ShuffleNetV2x05" for shufflenet_v2_x0_5;
///  3. sizes by their initial: "ViT-Base/16" for vit_b_16, "ConvNeXt-T";
///  4. the first whole words of a name: "WideResNet50" for wide_resnet50_2.
/// A spelling that fits nothing is tried unqualified.
[[nodiscard]] std::vector<std::string> networks_meant(std::string_view spelling,
                                                      const std::vector<KnownName>& names);

}  // namespace joulecast::network
