// How far a machine's own rows change predictions of workloads that are not among them.
#include <gtest/gtest.h>

#include <cmath>

#include "estimate/offline/physics/physics.hpp"
#include "offline_support.hpp"

namespace joulecast::estimate {
namespace {

using testing::made_gpu;
using testing::made_sample;

/// Three batch sizes of one network on a board that takes three times as long as the law says.
std::vector<Sample> slow_rows() {
  std::vector<Sample> rows;
  for (const double batch : {16.0, 32.0, 64.0}) {
    auto sample = made_sample("own", 1.0, made_gpu("Slow", 20, 600, 250), batch);
    sample.source = "here";
    const double time = 3 * 50000 / batch * (6e9 * batch / (20e12 * 0.25) + 0.02);
    sample.measured = {120.0, time, 120.0 * time};
    rows.push_back(sample);
  }
  return rows;
}

/// A network that resembles none of the rows, on their board.
Sample another() {
  auto sample = made_sample("another", 8.0, made_gpu("Slow", 20, 600, 250), 32);
  sample.source = "here";
  return sample;
}

double time_of(const PhysicsModel& model, const Sample& sample) {
  return *model.predict(sample).epoch_time_s;
}

class Reach : public ::testing::Test {
 protected:
  PhysicsModel before_ = *PhysicsModel::fit(testing::made_samples());
  std::vector<Sample> rows_ = slow_rows();
};

TEST_F(Reach, AtZeroOnlyTheRowsOwnWorkloadFollows) {
  const auto after = before_.updated(rows_, 0);
  EXPECT_NEAR(time_of(after, rows_[1]) / *rows_[1].measured.epoch_time_s, 1, 0.05);
  EXPECT_NEAR(*after.predict(rows_[1]).power_w / 120, 1, 0.05);
  EXPECT_NEAR(time_of(after, another()) / time_of(before_, another()), 1, 0.01);
  EXPECT_NEAR(*after.predict(another()).power_w / *before_.predict(another()).power_w, 1, 0.01);
}

TEST_F(Reach, MovesOtherWorkloadsTheMoreTheGreaterItIs) {
  double last = time_of(before_, another());
  for (const double reach : {0.1, 0.3, 1.0}) {
    const double now = time_of(before_.updated(rows_, reach), another());
    EXPECT_GT(now, last) << reach;
    last = now;
  }
  EXPECT_DOUBLE_EQ(last, time_of(before_.updated(rows_), another()));
}

TEST_F(Reach, DoesNotStiffenALaterUpdate) {
  const auto again = before_.updated(rows_, 0).updated(rows_, 1), direct = before_.updated(rows_, 1);
  const auto moved = [&](const PhysicsModel& model) {
    return std::log(time_of(model, another()) / time_of(before_, another()));
  };
  EXPECT_GT(moved(direct), 0.1);
  // smaller, because the workload's own parameters already explain most of it
  EXPECT_GT(moved(again), 0.05);
}

}  // namespace
}  // namespace joulecast::estimate
