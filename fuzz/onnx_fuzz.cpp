// Arbitrary bytes as an ONNX model. The result must be an error or finite figures, without a crash.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "network/onnx.hpp"
#include "network/training_cost.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast::network;
  const auto network = parse_onnx({reinterpret_cast<const char*>(data), size}, "fuzz.onnx",
                                  {.dimensions = {{"batch", 1}, {"tokens", 20}, {"N", 1}}});
  if (!network) {
    if (network.error().message.empty()) std::abort();
    return 0;
  }
  const auto sum = totals(*network);
  if (sum.parameters < 0 || sum.flops < 0 || std::isnan(sum.flops) ||
      std::isnan(summarise(*network, 8).depthwise_share))
    std::abort();
  return 0;
}
