// Networks that are known by sums over layers of each kind (data/networks): those of timm, of which few have
// a description. Enough for predictions; nobody should read single layers off them.
//
// A line of data/networks/timm.txt, parts separated by blanks:
//   name, input ("3x224x224"), weighted layers on the longest path, elements that the widest layer reads and
//   writes, then one part for each group of layers: `group=` and, separated by commas,
//     layers, parameters, multiply-accumulates, FLOPs, elements read, written, kept for the backward pass,
//     kernels, and of products the columns (harmonic mean), depth and groups (means, weighted by their work).
//   `group` is a LayerKind, or "grouped" (convolutions), or "head" (the last product).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/named.hpp"
#include "network/network.hpp"

namespace joulecast::network {

/// The network of this name ("timm/" before it and a tag such as ".fb_in22k" behind it do not count); nothing
/// where no list has it. It has as many layers as the real one, each the mean of its kind, in no order but
/// that the head is the last. Another image size scales all but the head by its area. invalid: an input that
/// is no image of as many channels; malformed: the list.
[[nodiscard]] Result<std::optional<ArchitectureFeatures>> build_catalogued(std::string_view name,
                                                                           const NamedOptions& options);

/// Own names, not those that timm no longer uses, sorted. Errors: as above.
[[nodiscard]] Result<std::vector<std::string>> catalogued_names();

}  // namespace joulecast::network
