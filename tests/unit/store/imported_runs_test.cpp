// Runs that are imported from files: which are the same, and what a list says of their gaps.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "store/run_import.hpp"
#include "store/run_store.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::store {
namespace {

class ImportedRuns : public ::testing::Test {
 protected:
  ImportedRuns() : store_(std::move(*RunStore::open((folder_.path() / "runs.db").string()))) {}

  static trace::Run run_of(double watts, const std::string& content) {
    trace::Run run;
    run.info.id = "gpu-20261105T100000";
    if (!content.empty()) run.info.extra_json = fmt::format("{{\"content\":\"{}\"}}", content);
    run.span = {Seconds{0}, Seconds{10}};
    auto& trace = run.traces.emplace_back();
    trace.channel.name = "gpu0_power";
    trace.channel.component = trace::Component::gpu;
    for (int i = 0; i <= 10; ++i) {
      trace.times.push_back(i);
      trace.values.push_back(watts);
    }
    return run;
  }

  RunImport::Kept keep(const trace::Run& run) {
    const auto sink = store_->import();
    EXPECT_TRUE(trace::replay(run, *sink));
    return sink->kept().back();
  }

  testing::TemporaryDirectory folder_;
  std::unique_ptr<RunStore> store_;
};

TEST_F(ImportedRuns, TheSameContentIsKeptOnce) {
  EXPECT_FALSE(keep(run_of(200, "0123456789abcdef")).already_there);
  EXPECT_TRUE(keep(run_of(200, "0123456789abcdef")).already_there);
  EXPECT_EQ(store_->find()->size(), 1u);
}

TEST_F(ImportedRuns, OtherContentOfTheSameNameIsAnotherRun) {
  EXPECT_EQ(keep(run_of(200, "0123456789abcdef")).id, "gpu-20261105T100000");
  const auto other = keep(run_of(300, "fedcba9876543210"));
  EXPECT_EQ(other.id, "gpu-20261105T100000-fedcba98");
  EXPECT_FALSE(other.already_there);
  EXPECT_TRUE(keep(run_of(300, "fedcba9876543210")).already_there);
  EXPECT_EQ(store_->summary(other.id)->info.id, other.id);
  double sum = 0;
  const auto rows = store_->find();
  for (const auto& row : *rows) sum += row.energy->value();
  EXPECT_DOUBLE_EQ(sum, 5000);
}

TEST_F(ImportedRuns, AListSaysWhatWasNotMeasured) {
  auto run = run_of(200, "");
  for (std::size_t i = 6; i < run.traces[0].times.size(); ++i) run.traces[0].times[i] += 100;
  run.traces[0].gaps = {{Seconds{5}, Seconds{106}}};
  run.span.end = Seconds{110};
  keep(run);
  const auto rows = store_->find();
  const auto& row = rows->front();
  EXPECT_DOUBLE_EQ(row.energy->value(), 200 * 9);
  EXPECT_DOUBLE_EQ(row.not_measured->value(), 101);
  EXPECT_NEAR(*row.coverage, 9.0 / 110, 1e-9);
}

}  // namespace
}  // namespace joulecast::store
