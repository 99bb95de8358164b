// Blocks of samples as in a damaged store. Decoding must end and allocate a bounded amount, and what it
// decodes must encode to the same samples again.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "store/block.hpp"

using namespace joulecast::store;

namespace {

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  // With a correct checksum the bytes pass the first check.
  for (const bool sealed : {false, true}) {
    const auto block = sealed ? seal(Buffer(bytes.begin(), bytes.end())) : Buffer(bytes.begin(), bytes.end());
    if (const auto times = decode_times(block); times && decode_times(encode_times(*times)).value() != *times)
      std::abort();
    for (const double resolution : {1.0, 1e-6, 1.0 / 4294967296}) {
      const auto values = decode_values(block, resolution);
      if (!values) continue;
      const auto again = decode_values(encode_values(*values, resolution), resolution);
      if (!again || again->size() != values->size()) std::abort();
      // Without counters a round trip changes nothing. With counters only the first one may.
      if (resolution == 1 && !same(*again, *values)) std::abort();
      if (!same(*again, *decode_values(encode_values(*again, resolution), resolution))) std::abort();
    }
  }
  return 0;
}
