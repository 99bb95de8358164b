// Blocks of samples as in a damaged store, and the heads and entries of a damaged journal; the first byte
// says which. Decoding must end and allocate a bounded amount, and what it decodes must encode to the same
// again.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "store/block.hpp"
#include "store/journal_entry.hpp"

using namespace joulecast::store;

namespace {

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

void read_block(std::span<const std::uint8_t> bytes) {
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
}

/// Keys that are unknown, and items that are there twice, are gone after the first round.
template <class Parse>
void read_part(std::span<const std::uint8_t> bytes, Parse parse) {
  const auto read = parse(bytes);
  if (!read) return;
  const auto written = to_bytes(*read);
  const auto again = parse(written);
  if (!again || to_bytes(*again) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      read_block(bytes);
      break;
    case 1:
      read_part(bytes, entry_of);
      break;
    default:
      read_part(bytes, head_of);
  }
  return 0;
}
