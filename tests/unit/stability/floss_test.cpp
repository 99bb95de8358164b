// Tests FLOSS against the batch matrix profile of its buffer.
#include "stability/floss.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

#include "stability/matrix_profile.hpp"

namespace joulecast::stability {
namespace {

std::vector<double> power_like(std::size_t n, unsigned seed) {
  std::mt19937_64 generator{seed};
  std::normal_distribution<double> normal;
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = (i % 97 < 12 ? 120 : 300) + 3 * normal(generator);
  std::fill(x.begin() + 150, x.begin() + 190, 80.0);  // a constant stretch
  return x;
}

void expect_same_as_batch(const Floss& stream, std::span<const double> buffer, const FlossOptions& options) {
  MatrixProfileOptions batch;
  batch.window = options.window;
  const auto profile = matrix_profile(buffer, batch);
  ASSERT_TRUE(profile);
  const auto first = static_cast<std::int64_t>(stream.first_window());
  const auto neighbours = stream.right_neighbours();
  ASSERT_EQ(neighbours.size(), profile->right_index.size());
  std::vector<std::int64_t> relative(neighbours.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < neighbours.size(); ++i) {
    relative[i] = neighbours[i] < 0 ? -1 : neighbours[i] - first;
    different += relative[i] != profile->right_index[i] ? 1 : 0;
  }
  // Two neighbours within rounding of each other may change places; in noise that does not happen.
  EXPECT_EQ(different, 0U);
  // The curve by its definition from the neighbours.
  const std::size_t edge = options.window * options.exclusion_factor;
  const auto expected = correct_arcs(arc_counts(relative), ideal_right_arcs(relative.size()), edge);
  const auto curve = stream.corrected_arc_curve();
  for (std::size_t t = 0; t < curve.size(); ++t) ASSERT_NEAR(curve[t], expected[t], 1e-12) << t;
  const auto changes = regime_changes(expected, 2, edge);
  const auto change = stream.change();
  ASSERT_EQ(change.has_value(), !changes.empty());
  if (!change) return;
  EXPECT_EQ(change->position, changes[0].position + stream.first_window());
  EXPECT_EQ(change->censored, changes[0].censored);
}

TEST(Floss, EqualsTheBatchProfileWhileFillingAndWhileSliding) {
  FlossOptions options;
  options.buffer = 300;
  const auto series = power_like(1500, 1);
  auto stream = Floss::make(options);
  ASSERT_TRUE(stream);
  for (std::size_t i = 0; i < series.size(); ++i) {
    ASSERT_TRUE(stream->push(series[i]));
    const std::size_t seen = i + 1;
    if (seen != 40 && seen != 250 && seen != 300 && seen != 301 && seen != 640 && seen != 1500) continue;
    SCOPED_TRACE(seen);
    const std::size_t begin = seen > options.buffer ? seen - options.buffer : 0;
    EXPECT_EQ(stream->first_window(), begin);
    expect_same_as_batch(*stream, std::span{series}.subspan(begin, seen - begin), options);
  }
  EXPECT_EQ(stream->samples_seen(), series.size());
  EXPECT_EQ(stream->window_count(), 291U);
}

TEST(Floss, FindsAChangeOfPatternInTheStream) {
  FlossOptions options;
  options.buffer = 1000;
  auto stream = Floss::make(options);
  ASSERT_TRUE(stream);
  std::mt19937_64 generator{3};
  std::normal_distribution<double> normal;
  for (int i = 0; i < 1400; ++i) {
    const double wave = i < 900 ? std::sin(i * 0.6) : std::abs(std::sin(i * 0.25));
    ASSERT_TRUE(stream->push(300 + 20 * wave + 0.2 * normal(generator)));
  }
  const auto change = stream->change();
  ASSERT_TRUE(change);
  EXPECT_NEAR(static_cast<double>(change->position), 900, 30);
}

TEST(Floss, StartsEmptyAndRefusesWhatIsNoNumber) {
  auto stream = Floss::make({});
  ASSERT_TRUE(stream);
  EXPECT_EQ(stream->window_count(), 0U);
  EXPECT_FALSE(stream->change());
  EXPECT_FALSE(stream->push(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(stream->samples_seen(), 0U);
  EXPECT_FALSE(Floss::make({.buffer = 15}));
  EXPECT_FALSE(Floss::make({.window = 2}));
}

}  // namespace
}  // namespace joulecast::stability
