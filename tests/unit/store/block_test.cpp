#include "store/block.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace joulecast::store {
namespace {

using Times = std::vector<std::int64_t>;
using Values = std::vector<double>;

Values round_trip(const Values& values, double resolution) {
  const auto decoded = decode_values(encode_values(values, resolution), resolution);
  EXPECT_TRUE(decoded) << decoded.error().message;
  return decoded.value_or(Values{});
}

TEST(Times, ReturnAsTheyWere) {
  std::mt19937_64 random(1);
  Times jittered;
  for (std::int64_t i = 0; i < 5000; ++i)
    jittered.push_back(i * 100'000 + static_cast<std::int64_t>(random() % 700));
  const std::vector<Times> cases{
      {},
      {0},
      {-5'000'000},
      {-3, -2, 7},
      {std::numeric_limits<std::int64_t>::min(), 0, std::numeric_limits<std::int64_t>::max()},
      jittered};
  for (const auto& times : cases) {
    const auto decoded = decode_times(encode_times(times));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, times);
  }
}

TEST(Times, ARegularLineCostsNothing) {
  Times regular;
  for (std::int64_t i = 0; i < 4096; ++i) regular.push_back(17 + i * 100'000);
  EXPECT_LT(encode_times(regular).size(), 20u);
}

TEST(Times, SixDecimalsOfASecondReturnUnchanged) {
  for (const double seconds : {0.0, 0.1, 12.345678, -3.000001, 86399.999999, 1e9 + 0.25})
    EXPECT_EQ(to_seconds(to_microseconds(seconds)), seconds);
}

TEST(Values, AnyDoublesReturnBitForBit) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> watts(0, 400);
  Values values{1e300, -1e-300, std::numeric_limits<double>::denorm_min(),
                std::numeric_limits<double>::infinity()};
  for (int i = 0; i < 1000; ++i) values.push_back(watts(random));
  EXPECT_EQ(round_trip(values, 1), values);
  const auto nan = round_trip({1, std::nan(""), 2}, 1);
  ASSERT_EQ(nan.size(), 3u);
  EXPECT_TRUE(std::isnan(nan[1]));
}

TEST(Values, DecimalTextReturnsBitForBitWhateverTheResolutionSays) {
  const Values values{87.1, 87.25, 1200.0, 0.001, 63.4, 299.999};
  for (const double resolution : {1.0, 0.001, 0.01, 1.0 / 65536, 0.0, -1.0, std::nan("")})
    EXPECT_EQ(round_trip(values, resolution), values) << resolution;
}

bool same_bits(const Values& a, const Values& b) {
  return std::ranges::equal(
      a, b, {}, [](double value) { return std::bit_cast<std::uint64_t>(value); },
      [](double value) { return std::bit_cast<std::uint64_t>(value); });
}

TEST(Values, WhatIsNearlyADecimalIsNotMadeOne) {
  // 0.1 + 0.2 is not the double of 0.3; 41 and a trillionth is not 41; and zero has two signs.
  for (const Values& values : {Values{0.1 + 0.2, 0.5}, Values{41.0 * (1 + 1e-13), 7}, Values{-0.0, 1, 2}})
    EXPECT_TRUE(same_bits(round_trip(values, 1), values)) << values[0];
}

TEST(Values, EncodingAgainChangesNothing) {
  std::mt19937_64 random(4);
  for (const double resolution : {1.0, 1e-3, 1e-6, 15.3e-6, 1.0 / 65536, 6.103515625e-5})
    for (int round = 0; round < 200; ++round) {
      Values values;
      const auto scale = std::ldexp(1.0, static_cast<int>(random() % 60));
      for (int i = 0; i < 8; ++i) {
        const auto count = std::floor(scale * static_cast<double>(random() % 1000));
        values.push_back(count * resolution * (1 + 4e-13 * static_cast<double>(random() % 3)));
      }
      const auto once = round_trip(values, resolution);
      EXPECT_TRUE(same_bits(round_trip(once, resolution), once)) << resolution << " " << scale;
    }
}

TEST(Values, ACounterIsExactToItsCountHoweverItWasAdded) {
  // A counter of microjoules summed in doubles, as the sampler does. Its rounding noise must not cost space
  // or change counts.
  constexpr double resolution = 1e-6;
  std::mt19937_64 random(3);
  std::uint64_t counts = 0;
  double joules = 0;
  Values values;
  std::vector<std::uint64_t> truth;
  for (int i = 0; i < 4096; ++i) {
    const auto step = 6'000'000 + random() % 100'000;
    counts += step;
    joules += static_cast<double>(step) * resolution;
    values.push_back(joules);
    truth.push_back(counts);
  }
  const auto block = encode_values(values, resolution);
  EXPECT_LT(block.size(), 4096u * 4);
  const auto decoded = decode_values(block, resolution);
  ASSERT_TRUE(decoded);
  for (std::size_t i = 0; i < truth.size(); ++i)
    ASSERT_EQ(std::llround((*decoded)[i] * 1e6), static_cast<std::int64_t>(truth[i]));
}

TEST(Values, CountsOfAPowerOfTwoAreExact) {
  const double resolution = std::ldexp(1.0, -32);  // RAPL through perf
  Values values;
  for (std::uint64_t i = 0; i < 100; ++i) values.push_back(static_cast<double>(i * 123'456'789) * resolution);
  EXPECT_EQ(round_trip(values, resolution), values);
  EXPECT_LT(encode_values(values, resolution).size(), 40u);  // a constant rate is nearly free
}

TEST(Values, AConstantCostsNothing) {
  EXPECT_LT(encode_values(Values(4096, 24564.0 * 1048576), 1).size(), 24u);
  EXPECT_LT(encode_values(Values(4096, 1.0 / 3), 1).size(), 4096u + 24);
}

TEST(Damage, AnyChangedByteIsFound) {
  const Values values{1.5, 2.5, 3.5, 100.25, 7, 7, 7, 7};
  const Times times{0, 100, 200, 305, 400};
  const auto value_block = encode_values(values, 1);
  const auto time_block = encode_times(times);
  for (std::size_t i = 0; i < value_block.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      auto broken = value_block;
      broken[i] = static_cast<std::uint8_t>(broken[i] ^ (1 << bit));
      EXPECT_FALSE(decode_values(broken, 1)) << i;
    }
  for (std::size_t length = 0; length < time_block.size(); ++length)
    EXPECT_FALSE(decode_times(std::span(time_block).first(length))) << length;
}

TEST(Damage, ACountWithoutContentAllocatesNothing) {
  Buffer bomb;
  put_varint(bomb, ~std::uint64_t{0});
  ByteReader reader(bomb);
  EXPECT_EQ(reader.varint(), ~std::uint64_t{0});
  EXPECT_TRUE(reader.at_end());
  EXPECT_TRUE(reader.take(5).empty());
  EXPECT_FALSE(reader.ok());
  EXPECT_FALSE(decode_times(bomb));
}

TEST(Zigzag, KeepsEverySign) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, std::int64_t{63}, std::int64_t{-64},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    Buffer out;
    put_zigzag(out, value);
    EXPECT_EQ(ByteReader(out).zigzag(), value);
  }
}

}  // namespace
}  // namespace joulecast::store
