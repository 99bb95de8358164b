#include "session/runs/stabilise_runs.hpp"

#include <gmock/gmock.h>

#include "formats/run_bundle.hpp"
#include "session/runs/open_store.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {
using joulecast::testing::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::Field;

/// A minute at 50 W, then five at 200 W.
trace::Run training(const std::string& id) {
  trace::Run run;
  run.info.id = id;
  run.info.source = "test";
  run.status = trace::RunStatus::finished;
  run.span = {Seconds{0}, Seconds{359}};
  trace::Trace power;
  power.channel.name = "gpu0_power";
  power.channel.component = trace::Component::gpu;
  for (int i = 0; i < 360; ++i) {
    power.times.push_back(i);
    power.values.push_back((i < 60 ? 50 : 200) + i % 3);
  }
  run.traces.push_back(std::move(power));
  return run;
}

class StabiliseRuns : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = open_store(request_.store, store::Access::write).value();
    ASSERT_TRUE(store->import_run(training("stored")));
    auto idle = training("without-power");
    idle.traces.front().channel.quantity = trace::Quantity::temperature;
    ASSERT_TRUE(store->import_run(idle));
    ASSERT_TRUE(formats::write_run_bundle(training("bundle"), bundle_));
  }
  [[nodiscard]] StabiliseRequest of(std::vector<std::string> runs) const {
    auto request = request_;
    request.runs = std::move(runs);
    return request;
  }
  TemporaryDirectory folder_;
  std::string bundle_ = (folder_.path() / "runs" / "a").string();
  StabiliseRequest request_ = [this] {
    StabiliseRequest request;
    request.store = (folder_.path() / "runs.db").string();
    return request;
  }();
};

TEST_F(StabiliseRuns, LooksAtABundleOrAStoredRun) {
  for (const auto& name : {bundle_, std::string("stored"), std::string("stor")}) {
    const auto answer = stabilise_runs(of({name}));
    ASSERT_TRUE(answer) << to_string(answer.error());
    const auto& point = std::get<StabilityOfRun>(*answer).stability.points.front();
    ASSERT_TRUE(point.stable_from);
    EXPECT_NEAR(point.stable_from->value(), 60, 3) << name;
  }
}

TEST_F(StabiliseRuns, ASummaryTakesBothAndSaysWhatItLeavesOut) {
  auto request = of({"stored", folder_.path() / "runs", "without-power"});
  request.summary = true;
  const auto summary = std::get<StabilitySummary>(stabilise_runs(request).value());
  EXPECT_EQ(summary.runs, 2U);
  EXPECT_THAT(summary.left_out, ElementsAre(Field(&Error::where, "without-power")));
}

TEST_F(StabiliseRuns, AFolderOfBundlesIsSummarised) {
  EXPECT_TRUE(gives_summary(of({folder_.path() / "runs"})));
  EXPECT_FALSE(gives_summary(of({bundle_})));
  EXPECT_FALSE(gives_summary(of({"stored"})));
}

TEST_F(StabiliseRuns, ErrorsNameTheFieldOrTheRun) {
  auto request = of({"stored"});
  request.method = "prophecy";
  EXPECT_EQ(stabilise_runs(request).error().where, "method");
  request = of({"stored"});
  request.window = 2;
  EXPECT_EQ(stabilise_runs(request).error().where, "window");
  request = of({"stored"});
  request.noise_w = -1;
  EXPECT_EQ(stabilise_runs(request).error().where, "noise");
  EXPECT_EQ(stabilise_runs(of({"stored", bundle_})).error().where, "summary");
  EXPECT_EQ(stabilise_runs(of({"nowhere"})).error().where, "nowhere");
  EXPECT_EQ(stabilise_runs(of({"without-power"})).error().where, "without-power");
  EXPECT_EQ(stabilise_runs(of({})).error().where, "runs");
}

}  // namespace
}  // namespace joulecast::session
