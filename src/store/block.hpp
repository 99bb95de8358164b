// Encodes columns of samples as compact bytes. Internal to the store; docs/store.md describes the layout.
// Times are kept to 1 us, values exactly or to one part in 10^12. Regular times and constant values take
// almost no space.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace joulecast::store {

using Buffer = std::vector<std::uint8_t>;

/// No block has more samples than this. The limit keeps a damaged count from allocating much memory.
constexpr std::size_t longest_block = 1u << 16;

/// Seconds to whole microseconds, rounded, and back. Times with six decimals return unchanged.
[[nodiscard]] std::int64_t to_microseconds(double seconds);
[[nodiscard]] inline double to_seconds(std::int64_t microseconds) {
  return static_cast<double>(microseconds) / 1e6;
}

/// Second differences as variable-length integers, with run lengths for zeros, followed by a CRC-32.
[[nodiscard]] Buffer encode_times(std::span<const std::int64_t> microseconds);
/// malformed if the bytes are not such a block.
[[nodiscard]] Result<std::vector<std::int64_t>> decode_times(std::span<const std::uint8_t> bytes);

/// If all values are multiples of `resolution` or of a power of ten, writes first or second differences of
/// the multiples, whichever is shorter. Otherwise writes the bits that change between values.
[[nodiscard]] Buffer encode_values(std::span<const double> values, double resolution);
[[nodiscard]] Result<std::vector<double>> decode_values(std::span<const std::uint8_t> bytes,
                                                        double resolution);

/// Reads what the encoders wrote and never reads past the end. After an error all reads return 0 and ok() is
/// false.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t varint() {
    if (bytes_.empty() || bytes_.front() >= 0x80) return long_varint();
    const auto value = bytes_.front();  // most differences are small
    bytes_ = bytes_.subspan(1);
    return ok_ ? value : 0;
  }
  [[nodiscard]] std::int64_t zigzag() {
    const auto bits = varint();
    return static_cast<std::int64_t>((bits >> 1) ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
  }
  [[nodiscard]] std::uint8_t byte();
  [[nodiscard]] std::span<const std::uint8_t> take(std::uint64_t size);
  /// What has not been read yet.
  [[nodiscard]] std::span<const std::uint8_t> rest() const { return bytes_; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

 private:
  [[nodiscard]] std::uint64_t long_varint();
  std::span<const std::uint8_t> bytes_;
  bool ok_ = true;
};

/// Appends a CRC-32 to the bytes.
[[nodiscard]] Buffer seal(Buffer block);
/// The bytes without their CRC-32; nothing if it does not match.
[[nodiscard]] std::optional<std::span<const std::uint8_t>> unseal(std::span<const std::uint8_t> bytes);

void put_varint(Buffer& out, std::uint64_t value);
void put_zigzag(Buffer& out, std::int64_t value);

}  // namespace joulecast::store
