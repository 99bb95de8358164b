// Arbitrary bytes as a network: a transformer's configuration, a description, an ONNX model. The first byte
// chooses the reader. The result must be an error in one line, or finite figures.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "network/description.hpp"
#include "network/onnx.hpp"
#include "network/training_cost.hpp"
#include "network/transformer/config.hpp"

namespace {

using namespace joulecast;
using namespace joulecast::network;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_finite(const ArchitectureFeatures& network) {
  const auto sum = totals(network);
  require(sum.parameters >= 0 && sum.flops >= 0 && std::isfinite(sum.flops));
}

void require_one_line(const Error& error) {
  require(!error.message.empty() && error.message.find('\n') == std::string::npos);
}

void config(std::string_view text) {
  const auto built = parse_config(text, "fuzz", "config.json");
  if (!built) return require_one_line(built.error());
  require(!built->layers.empty());
  require_finite(*built);
}

void description(std::string_view text) {
  const auto described = parse_description(text, "fuzz.txt");
  if (!described) return require(described.error().where.starts_with("fuzz.txt"));
  for (const auto& named : described->networks) {
    const auto built = build_described(*described, named.values.front());
    if (!built) continue;
    require(!built->layers.empty());
    require_finite(*built);
  }
}

void onnx(std::string_view bytes) {
  const auto built = parse_onnx(bytes, "fuzz.onnx", {.dimensions = {{"batch", 1}, {"tokens", 20}, {"N", 1}}});
  if (!built) return require_one_line(built.error());
  require_finite(*built);
  require(!std::isnan(summarise(*built, 8).depthwise_share));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array readers{config, description, onnx};
  if (size == 0) return 0;
  readers[*data % readers.size()]({reinterpret_cast<const char*>(data + 1), size - 1});
  return 0;
}
