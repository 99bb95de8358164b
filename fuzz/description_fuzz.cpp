// Arbitrary text as a network's description. The result must be an error that names its line, or finite
// figures.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "network/description.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast::network;
  const auto description = parse_description({reinterpret_cast<const char*>(data), size}, "fuzz.txt");
  if (!description) {
    if (!description.error().where.starts_with("fuzz.txt")) std::abort();
    return 0;
  }
  for (const auto& network : description->networks) {
    const auto built = build_described(*description, network.values.front());
    if (!built) continue;
    const auto sum = totals(*built);
    if (sum.parameters < 0 || !std::isfinite(sum.flops) || built->layers.empty()) std::abort();
  }
  return 0;
}
