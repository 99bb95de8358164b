#include "store/block.hpp"

#include <zlib.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

namespace joulecast::store {
namespace {

// Codes for how the values of a block are written.
constexpr std::uint8_t as_bits = 0xff;  // XOR with the bits of the previous value
// Multiples of the channel's resolution. Smaller codes are the number of decimals.
constexpr std::uint8_t by_resolution = 0x3f;
constexpr std::uint8_t second_order = 0x40;  // flag: differences of differences
constexpr int most_decimals = 9;
// A count below this is unchanged by multiplication and division by a resolution: the rounding error is less
// than one half.
constexpr double largest_count = 1125899906842624.0;  // 2^50
// Joules that were summed from counts carry rounding noise. Writing them as counts again removes it. A larger
// deviation is not noise.
constexpr double counter_noise = 1e-12;
constexpr std::size_t crc_size = 4;

constexpr std::array<double, most_decimals + 1> powers_of_ten{1e0, 1e1, 1e2, 1e3, 1e4,
                                                              1e5, 1e6, 1e7, 1e8, 1e9};

Failure damaged() {
  return fail(ErrorKind::malformed, "", "a block of samples is damaged");
}

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, bytes.data(), bytes.size()));
}

// Subtraction wraps around like unsigned arithmetic, so that any two 64-bit values have a difference.
std::int64_t difference(std::int64_t a, std::int64_t b) {
  return std::bit_cast<std::int64_t>(std::bit_cast<std::uint64_t>(a) - std::bit_cast<std::uint64_t>(b));
}
std::int64_t sum(std::int64_t a, std::int64_t b) {
  return std::bit_cast<std::int64_t>(std::bit_cast<std::uint64_t>(a) + std::bit_cast<std::uint64_t>(b));
}

/// Run-length encodes zeros: a 0 is followed by the number of further zeros.
void put_column(Buffer& out, std::span<const std::int64_t> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    put_zigzag(out, numbers[i]);
    if (numbers[i] != 0) continue;
    std::size_t zeros = 0;
    while (i + 1 < numbers.size() && numbers[i + 1] == 0) {
      ++zeros;
      ++i;
    }
    put_varint(out, zeros);
  }
}

std::vector<std::int64_t> take_column(ByteReader& in, std::size_t count) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(count);
  while (numbers.size() < count && in.ok()) {
    const auto number = in.zigzag();
    numbers.push_back(number);
    if (number != 0) continue;
    const auto zeros = in.varint();
    if (zeros > count - numbers.size()) break;
    numbers.resize(numbers.size() + zeros, 0);
  }
  return numbers;
}

/// Replaces each number but the first by its difference from the previous one. integrate() is the inverse.
void differentiate(std::vector<std::int64_t>& numbers) {
  for (std::size_t i = numbers.size(); i-- > 1;) numbers[i] = difference(numbers[i], numbers[i - 1]);
}
void integrate(std::vector<std::int64_t>& numbers) {
  for (std::size_t i = 1; i < numbers.size(); ++i) numbers[i] = sum(numbers[i], numbers[i - 1]);
}

/// Writes values as whole numbers k: value = k / 10^decimals or k x resolution.
struct Scale {
  std::uint8_t code = 0;
  double resolution = 1;
  /// Largest relative deviation of a value from its count; 0 = must be equal to the bit.
  double noise = 0;
  [[nodiscard]] double count_of(double value) const {
    return code == by_resolution ? value / resolution : value * powers_of_ten[code];
  }
  // Dividing by a power of ten gives the same double as parsing the decimal text; multiplying by 0.001 does
  // not.
  [[nodiscard]] double value_of(std::int64_t count) const {
    const auto number = static_cast<double>(count);
    return code == by_resolution ? number * resolution : number / powers_of_ten[code];
  }
  [[nodiscard]] bool keeps(double value, std::int64_t count) const {
    const double kept = value_of(count);
    if (noise == 0) return std::bit_cast<std::uint64_t>(kept) == std::bit_cast<std::uint64_t>(value);
    return std::abs(kept - value) <= noise * std::abs(value);
  }
};

std::optional<std::vector<std::int64_t>> counts_at(const Scale& scale, std::span<const double> values) {
  std::vector<std::int64_t> counts;
  counts.reserve(values.size());
  for (const double value : values) {
    const double count = std::nearbyint(scale.count_of(value));
    if (!(std::abs(count) < largest_count)) return std::nullopt;
    counts.push_back(static_cast<std::int64_t>(count));
    if (!scale.keeps(value, counts.back())) return std::nullopt;
  }
  return counts;
}

/// Decimals for a resolution of 1, 0.1, 0.001, …; nothing for others.
std::optional<std::uint8_t> decimals_of(double resolution) {
  for (std::uint8_t decimals = 0; decimals <= most_decimals; ++decimals)
    if (resolution == 1 / powers_of_ten[decimals]) return decimals;
  return std::nullopt;
}

struct Counts {
  Scale scale;
  std::vector<std::int64_t> numbers;
};

std::optional<Counts> find_counts(std::span<const double> values, double resolution) {
  std::vector<Scale> candidates;
  // A resolution of 1 means a gauge, or whole joules whose sum has no noise: both are kept to the bit.
  const double noise = resolution == 1 ? 0 : counter_noise;
  if (const auto decimals = decimals_of(resolution))
    candidates.push_back({*decimals, resolution, noise});
  else if (std::isfinite(resolution) && resolution > 0)
    candidates.push_back({by_resolution, resolution, noise});
  for (std::uint8_t decimals = 0; decimals <= most_decimals; ++decimals)
    candidates.push_back({decimals, resolution});
  for (const auto& scale : candidates)
    if (auto numbers = counts_at(scale, values)) return Counts{scale, std::move(*numbers)};
  return std::nullopt;
}

Buffer encode_counts(Counts counts) {
  Buffer first{counts.scale.code};
  Buffer second{static_cast<std::uint8_t>(counts.scale.code | second_order)};
  differentiate(counts.numbers);
  put_column(first, counts.numbers);
  if (counts.numbers.size() > 1) {
    const auto head = counts.numbers.front();
    std::vector<std::int64_t> steps(counts.numbers.begin() + 1, counts.numbers.end());
    differentiate(steps);
    put_zigzag(second, head);
    put_column(second, steps);
    if (second.size() < first.size()) return second;
  }
  return first;
}

Buffer encode_bits(std::span<const double> values) {
  Buffer out{as_bits};
  std::uint64_t previous = 0;
  for (const double value : values) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    put_varint(out, bits ^ previous);
    previous = bits;
  }
  return out;
}

/// Reads `count` numbers that were written as differences, or as differences of differences if `second`.
std::vector<std::int64_t> take_numbers(ByteReader& in, std::size_t count, bool second) {
  std::vector<std::int64_t> numbers;
  if (second && count > 0) {
    const auto head = in.zigzag();
    numbers = take_column(in, count - 1);
    integrate(numbers);
    numbers.insert(numbers.begin(), head);
  } else {
    numbers = take_column(in, count);
  }
  integrate(numbers);
  return numbers;
}

}  // namespace

std::int64_t to_microseconds(double seconds) {
  return std::llround(seconds * 1e6);
}

std::optional<std::span<const std::uint8_t>> unseal(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < crc_size) return std::nullopt;
  const auto body = bytes.first(bytes.size() - crc_size);
  std::uint32_t crc = 0;
  for (std::size_t i = 0; i < crc_size; ++i) crc |= std::uint32_t{bytes[body.size() + i]} << (8 * i);
  if (crc != crc32(body)) return std::nullopt;
  return body;
}

Buffer seal(Buffer block) {
  const auto crc = crc32(block);
  for (unsigned shift = 0; shift < 32; shift += 8) block.push_back(static_cast<std::uint8_t>(crc >> shift));
  return block;
}

void put_varint(Buffer& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_zigzag(Buffer& out, std::int64_t value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  put_varint(out, (bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

std::uint8_t ByteReader::byte() {
  if (bytes_.empty()) ok_ = false;
  if (!ok_) return 0;
  const auto value = bytes_.front();
  bytes_ = bytes_.subspan(1);
  return value;
}

std::uint64_t ByteReader::long_varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto part = byte();
    value |= std::uint64_t{part & 0x7fu} << shift;
    if (part < 0x80) return ok_ ? value : 0;
  }
  ok_ = false;
  return 0;
}

std::span<const std::uint8_t> ByteReader::take(std::uint64_t size) {
  if (size > bytes_.size()) ok_ = false;
  if (!ok_) return {};
  const auto taken = bytes_.first(static_cast<std::size_t>(size));
  bytes_ = bytes_.subspan(static_cast<std::size_t>(size));
  return taken;
}

Buffer encode_times(std::span<const std::int64_t> microseconds) {
  Buffer out;
  put_varint(out, microseconds.size());
  if (!microseconds.empty()) {
    std::vector<std::int64_t> steps(microseconds.begin(), microseconds.end());
    differentiate(steps);
    put_zigzag(out, steps.front());
    steps.erase(steps.begin());
    differentiate(steps);
    put_column(out, steps);
  }
  return seal(std::move(out));
}

Result<std::vector<std::int64_t>> decode_times(std::span<const std::uint8_t> bytes) {
  const auto body = unseal(bytes);
  if (!body) return damaged();
  ByteReader in(*body);
  const auto count = in.varint();
  if (count > longest_block) return damaged();
  auto times = take_numbers(in, static_cast<std::size_t>(count), true);
  if (!in.ok() || !in.at_end() || times.size() != count) return damaged();
  return times;
}

Buffer encode_values(std::span<const double> values, double resolution) {
  auto counts = find_counts(values, resolution);
  const auto body = counts ? encode_counts(std::move(*counts)) : encode_bits(values);
  Buffer out;
  put_varint(out, values.size());
  out.insert(out.end(), body.begin(), body.end());
  return seal(std::move(out));
}

Result<std::vector<double>> decode_values(std::span<const std::uint8_t> bytes, double resolution) {
  const auto body = unseal(bytes);
  if (!body) return damaged();
  ByteReader in(*body);
  const auto count = in.varint();
  const auto kind = in.byte();
  if (!in.ok() || count > longest_block) return damaged();
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(count));
  if (kind == as_bits) {
    std::uint64_t bits = 0;
    for (std::uint64_t i = 0; i < count && in.ok(); ++i)
      values.push_back(std::bit_cast<double>(bits ^= in.varint()));
  } else {
    const Scale scale{static_cast<std::uint8_t>(kind & ~second_order), resolution};
    if (scale.code > most_decimals && scale.code != by_resolution) return damaged();
    for (const auto number : take_numbers(in, static_cast<std::size_t>(count), (kind & second_order) != 0))
      values.push_back(scale.value_of(number));
  }
  if (!in.ok() || !in.at_end() || values.size() != count) return damaged();
  return values;
}

}  // namespace joulecast::store
