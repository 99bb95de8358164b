// Tests what the runs of a disclosure add up to.
#include "session/reporting/disclose_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"
#include "unit/session/summary_runs.hpp"

namespace joulecast::session {
namespace {

using ::testing::ElementsAre;

class DiscloseRunsTest : public ::testing::Test {
 protected:
  /// Each run has 25 kJ measured and 5 kJ modelled with 40 % of error, so 2 kJ.
  DiscloseRunsTest() {
    add("pretrain", [](trace::Run&) {});
    add("tune", [](trace::Run& run) { run.started->ns += 1; });
    add("unmeasured", [](trace::Run& run) { run.traces.clear(); });
  }
  template <class Change>
  void add(const std::string& id, Change change) {
    auto run = hundred_seconds();
    run.info.id = id;
    run.info.name = id;
    run.place.intensity_g_per_kwh = 360;
    change(run);
    const auto store = store::RunStore::open(url());
    EXPECT_TRUE((*store)->import_run(run));
  }
  [[nodiscard]] std::string url() const { return (folder_.path() / "runs.db").string(); }
  [[nodiscard]] Result<Disclosure> disclose(const std::vector<std::string>& runs) const {
    DisclosureRequest request;
    request.store = url();
    request.runs = runs;
    return disclose_runs(request);
  }
  testing::TemporaryDirectory folder_;
};

TEST_F(DiscloseRunsTest, RunsAddUpWithTheirErrors) {
  const auto one = disclose({"pretrain"});
  const auto both = disclose({"pretrain", "tune"});
  ASSERT_TRUE(one && both);
  EXPECT_NEAR(both->energy->value(), 60'000, 1e-6);
  EXPECT_EQ(both->provenance, Provenance::modelled);
  EXPECT_THAT(both->missing, ElementsAre("dram"));
  EXPECT_NEAR(both->emissions->value(), 6, 1e-9);
  const auto error = one->energy->value() * one->runs.front().energy.relative_uncertainty;
  EXPECT_GT(error, 0);
  EXPECT_NEAR(both->low->value(), 60'000 - 2 * error, 1e-6);
  EXPECT_NEAR(both->high->value(), 60'000 + 2 * error, 1e-6);
  EXPECT_EQ(both->model, "pretrain");
}

TEST_F(DiscloseRunsTest, EpochsThatWereHeardAreStatedUnlessATagSaysTheirNumber) {
  RunSummary summary;
  EXPECT_FALSE(training_of(summary).epochs);
  summary.run.epochs.resize(3);
  EXPECT_EQ(training_of(summary).epochs, 3);
  summary.run.tags["epochs"] = "90";
  EXPECT_EQ(training_of(summary).epochs, 90);
}

TEST_F(DiscloseRunsTest, WithAnUnknownPartTheSumIsUnknown) {
  const auto all = disclose({"pretrain", "unmeasured"});
  ASSERT_TRUE(all);
  EXPECT_FALSE(all->energy);
  EXPECT_FALSE(all->low);
  EXPECT_FALSE(all->emissions);
}

TEST_F(DiscloseRunsTest, ARunCountsOnce) {
  const auto twice = disclose({"pretrain", "pretrain"});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().where, "pretrain");
  EXPECT_EQ(twice.error().kind, ErrorKind::invalid);
}

TEST_F(DiscloseRunsTest, OneWithoutANameIsTheLatest) {
  EXPECT_EQ(disclose({})->runs.front().run.info.id, "tune");
}

}  // namespace
}  // namespace joulecast::session
