#include "session/runs/run_summary.hpp"

#include <gtest/gtest.h>

#include "unit/session/summary_runs.hpp"

namespace joulecast::session {
namespace {

TEST(RunSummary, FiguresAreThoseCountedByHand) {
  const auto summary = summary_of(hundred_seconds(), own_intensity());
  EXPECT_NEAR(summary.energy.total->value(), 30'000, 1e-6);
  EXPECT_NEAR(summary.mean_power->value(), 300, 1e-6);
  EXPECT_NEAR(summary.epoch_energy[1]->value(), 15'000, 1e-6);
  EXPECT_NEAR(summary.idle->baseline.value(), 8'000, 1e-6);
  EXPECT_NEAR(summary.idle->net.value(), 22'000, 1e-6);
  EXPECT_NEAR(summary.carbon.mass->value(), 30'000 / 3.6e6 * 1.5 * 360, 1e-9);  // 4.5 g
  EXPECT_NEAR(*projection_error(summary, summary.run.projections[0]), 10, 1e-6);
  ASSERT_EQ(summary.means.size(), 1u);
  EXPECT_NEAR(summary.means[0].mean, 0.9, 1e-12);
}

TEST(RunSummary, AProjectionHasNoErrorBeforeTheEnd) {
  auto run = hundred_seconds();
  run.status = trace::RunStatus::interrupted;
  const auto summary = summary_of(run);
  EXPECT_EQ(projection_error(summary, summary.run.projections[0]), std::nullopt);
}

}  // namespace
}  // namespace joulecast::session
