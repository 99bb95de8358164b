#include "estimate/offline/speed/node.hpp"

#include <algorithm>
#include <array>

namespace joulecast::estimate {

bool in_rack(const hardware::Gpu& gpu) {
  return gpu.name.starts_with("GB200") || gpu.name.starts_with("GB300");
}

int gpus_of_node(const hardware::Gpu& gpu) {
  constexpr int node = 8, rack = 72;
  return in_rack(gpu) ? rack : node;
}

int gpus_joined(const Sample& sample) {
  const int gpus = sample.gpu_count();
  return sample.training.nodes ? (gpus + *sample.training.nodes - 1) / *sample.training.nodes
                               : std::min(gpus, gpus_of_node(sample.gpu));
}

bool has_fast_links(const hardware::Gpu& gpu) {
  constexpr std::array names{"SXM", "B200", "B300", "GB200", "GB300", "H200", "MI3", "MI250"};
  return std::ranges::any_of(names,
                             [&](const char* name) { return gpu.name.find(name) != std::string::npos; });
}

}  // namespace joulecast::estimate
