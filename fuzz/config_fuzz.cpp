// Arbitrary text as the configuration of a transformer. The result must be an error in one line, or finite
// figures.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "network/transformer/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast::network;
  const auto built = parse_config({reinterpret_cast<const char*>(data), size}, "fuzz", "config.json");
  if (!built) {
    const auto& error = built.error();
    if (error.message.empty() || error.message.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  const auto sum = totals(*built);
  if (sum.parameters < 0 || !std::isfinite(sum.flops) || built->layers.empty()) std::abort();
  return 0;
}
