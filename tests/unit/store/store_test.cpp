#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "store/run_id.hpp"
#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"
#include "trace/work_parts.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using sqlite::Database;
using sqlite::FileMode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<RunStore> open(Access access = Access::write) {
    auto store = RunStore::open(path().string(), access);
    if (!store) throw std::runtime_error(to_string(store.error()));
    return std::move(*store);
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "deep" / "runs.db"; }
  testing::TemporaryDirectory folder_;
};

void expect_same_description(const trace::Run& a, const trace::Run& b) {
  EXPECT_EQ(a.info.id, b.info.id);
  EXPECT_EQ(a.info.name, b.info.name);
  EXPECT_EQ(a.info.training.gpu_count, b.info.training.gpu_count);
  EXPECT_EQ(a.info.training.batch_size, b.info.training.batch_size);
  EXPECT_EQ(a.info.training.image_size, b.info.training.image_size);
  EXPECT_EQ(a.info.quality, b.info.quality);
  EXPECT_EQ(a.info.job, b.info.job);
  EXPECT_EQ(a.info.extra_json, b.info.extra_json);
  EXPECT_EQ(a.host.cpu_model, b.host.cpu_model);
  EXPECT_EQ(a.host.logical_cpus, b.host.logical_cpus);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.exit_status, b.exit_status);
  EXPECT_EQ(a.command, b.command);
  EXPECT_EQ(a.tags, b.tags);
  EXPECT_EQ(a.started, b.started);
  EXPECT_EQ(a.span, b.span);
  EXPECT_EQ(a.notes, b.notes);
  EXPECT_EQ(a.idle_baseline, b.idle_baseline);
  EXPECT_EQ(a.sampler_cpu, b.sampler_cpu);
  EXPECT_EQ(a.place.country, b.place.country);
  EXPECT_EQ(a.place.cloud_region, b.place.cloud_region);
  EXPECT_EQ(a.place.intensity_g_per_kwh, b.place.intensity_g_per_kwh);
  EXPECT_EQ(a.place.pue, b.place.pue);
}

TEST_F(StoreTest, ARunReturnsAsItWas) {
  const auto run = sample_run(9000);
  auto store = open();
  ASSERT_EQ(store->import_run(run).value_or("failed"), "sample-1");
  const auto loaded = store->load("sample-1");
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  expect_same_description(run, *loaded);
  ASSERT_EQ(loaded->traces.size(), run.traces.size());
  for (std::size_t i = 0; i < run.traces.size(); ++i) {
    EXPECT_EQ(loaded->traces[i].values, run.traces[i].values) << i;
    ASSERT_EQ(loaded->traces[i].times.size(), run.traces[i].times.size());
    for (std::size_t k = 0; k < run.traces[i].times.size(); ++k)
      ASSERT_NEAR(loaded->traces[i].times[k], run.traces[i].times[k], 0.5001e-6);
    EXPECT_EQ(loaded->traces[i].gaps, run.traces[i].gaps);
    const auto& channel = loaded->traces[i].channel;
    EXPECT_EQ(channel.name, run.traces[i].channel.name);
    EXPECT_EQ(channel.quantity, run.traces[i].channel.quantity);
    EXPECT_EQ(channel.behaviour, run.traces[i].channel.behaviour);
    EXPECT_EQ(channel.component, run.traces[i].channel.component);
    EXPECT_EQ(channel.wrap_range, run.traces[i].channel.wrap_range);
    EXPECT_EQ(channel.contained_in, run.traces[i].channel.contained_in);
    EXPECT_EQ(channel.provenance, run.traces[i].channel.provenance);
    EXPECT_EQ(channel.note, run.traces[i].channel.note);
  }
}

TEST_F(StoreTest, EpochsMetricsProjectionsAndSensorsReturn) {
  auto run = sample_run(300);
  run.epochs[1].energy = Joules{123.456};
  run.metrics.push_back({Seconds{7}, std::nullopt, "loss", std::nan("")});
  auto store = open();
  ASSERT_TRUE(store->import_run(run));
  const auto loaded = store->load("");
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->epochs.size(), run.epochs.size());
  EXPECT_EQ(loaded->epochs[1].index, 2);
  EXPECT_EQ(loaded->epochs[1].span, run.epochs[1].span);
  EXPECT_EQ(loaded->epochs[1].energy, Joules{123.456});
  EXPECT_EQ(loaded->epochs[0].energy, std::nullopt);
  EXPECT_EQ(loaded->epochs[1].metrics, run.epochs[1].metrics);
  ASSERT_EQ(loaded->metrics.size(), run.metrics.size());
  EXPECT_TRUE(std::isnan(loaded->metrics.back().value));
  EXPECT_EQ(loaded->metrics.back().epoch, std::nullopt);
  EXPECT_EQ(loaded->metrics.front().epoch, 1);
  ASSERT_EQ(loaded->projections.size(), 2u);
  EXPECT_EQ(loaded->projections[0].method, "adaptive");
  EXPECT_EQ(loaded->projections[0].high, Joules{6500});
  EXPECT_EQ(loaded->projections[1].low, std::nullopt);
  ASSERT_EQ(loaded->sensors.size(), 2u);
  EXPECT_EQ(loaded->sensors[1].reason, "permission denied");
  EXPECT_EQ(loaded->sensors[0].failed_readings, 2u);
}

TEST_F(StoreTest, AnImportedCommandLineHasNoSecrets) {
  auto run = sample_run(60);
  run.command = {"train", "--api-key=abc"};
  auto store = open();
  ASSERT_TRUE(store->import_run(run));
  EXPECT_THAT(store->load("")->command, ElementsAre("train", "--api-key=***"));
}

std::filesystem::perms permissions_of(const std::filesystem::path& path) {
  return std::filesystem::status(path).permissions();
}

TEST_F(StoreTest, IsForItsOwnerAlone) {
  using std::filesystem::perms;
  constexpr auto file = perms::owner_read | perms::owner_write;
  auto store = open();
  ASSERT_TRUE(store->import_run(sample_run(60)));
  EXPECT_EQ(permissions_of(path()), file);
  EXPECT_EQ(permissions_of(path().string() + "-wal"), file);
  EXPECT_EQ(permissions_of(path().parent_path()), perms::owner_all);
  std::filesystem::permissions(path(), file | perms::group_read | perms::others_read);
  std::filesystem::permissions(path().string() + "-wal", file | perms::others_read);
  store.reset();
  store = open(Access::read);  // as made by an earlier version
  EXPECT_EQ(permissions_of(path()), file);
}

TEST_F(StoreTest, AFolderForAGroupKeepsTheGroup) {
  using std::filesystem::perms;
  constexpr auto file = perms::owner_read | perms::owner_write;
  open();
  std::filesystem::permissions(path().parent_path(), perms::set_gid | perms::owner_all | perms::group_all);
  std::filesystem::permissions(path(), file | perms::group_read | perms::group_write | perms::others_read);
  open();
  EXPECT_EQ(permissions_of(path()), file | perms::group_read | perms::group_write);
}

TEST_F(StoreTest, AFileThatIsNoStoreKeepsItsPermissions) {
  folder_.write("deep/runs.db", "this is no database, but a text that is long enough to be looked at");
  const auto before = permissions_of(path());
  EXPECT_FALSE(RunStore::open(path().string()));
  EXPECT_EQ(permissions_of(path()), before);
}

TEST_F(StoreTest, AStoreInMemoryKeepsNothing) {
  const auto store = RunStore::open(":memory:");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::invalid);
  EXPECT_FALSE(std::filesystem::exists(":memory:"));
}

void expect_same_course(const trace::Run& expected, const trace::Run& found) {
  ASSERT_EQ(found.phases.size(), expected.phases.size());
  for (std::size_t i = 0; i < expected.phases.size(); ++i) {
    EXPECT_EQ(found.phases[i].name, expected.phases[i].name);
    EXPECT_EQ(found.phases[i].unit, expected.phases[i].unit);
    EXPECT_EQ(found.phases[i].span, expected.phases[i].span);
    EXPECT_EQ(found.phases[i].work, expected.phases[i].work);
    EXPECT_EQ(found.phases[i].total_work, expected.phases[i].total_work);
    EXPECT_EQ(found.phases[i].energy, expected.phases[i].energy);
  }
  ASSERT_EQ(found.progress.size(), expected.progress.size());
  for (std::size_t i = 0; i < expected.progress.size(); ++i) {
    EXPECT_NEAR(found.progress[i].time.value(), expected.progress[i].time.value(), 0.5001e-6);
    EXPECT_EQ(found.progress[i].work, expected.progress[i].work);
    EXPECT_EQ(found.progress[i].phase, expected.progress[i].phase);
  }
  ASSERT_EQ(found.windows.size(), expected.windows.size());
  for (std::size_t i = 0; i < expected.windows.size(); ++i) {
    EXPECT_EQ(found.windows[i].name, expected.windows[i].name);
    EXPECT_EQ(found.windows[i].span, expected.windows[i].span);
  }
  ASSERT_EQ(found.epochs.size(), expected.epochs.size());
  for (std::size_t i = 0; i < expected.epochs.size(); ++i)
    EXPECT_EQ(found.epochs[i].phase, expected.epochs[i].phase);
}

TEST_F(StoreTest, PhasesProgressAndWindowsReturn) {
  auto run = sample_run(300);
  run.status = trace::RunStatus::stopped;
  run.phases[1].energy = Joules{99};
  auto store = open();
  ASSERT_TRUE(store->import_run(run));
  const auto loaded = store->load("");
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  expect_same_course(run, *loaded);
  EXPECT_EQ(loaded->status, trace::RunStatus::stopped);
  EXPECT_EQ(store->find({.status = trace::RunStatus::stopped})->size(), 1u);
  ASSERT_TRUE(store->remove("sample-1"));
  auto database = Database::open(path(), FileMode::read_write, Seconds{1});
  EXPECT_EQ(**database->integer("SELECT count(*) FROM phase"), 0);
  EXPECT_EQ(**database->integer("SELECT count(*) FROM progress"), 0);
  EXPECT_EQ(**database->integer("SELECT count(*) FROM window"), 0);
}

// The whole run is the oracle for its summary: same total, rows and epochs, but without the samples.
TEST_F(StoreTest, TheSummaryHasTheEnergiesOfTheWholeRun) {
  const auto run = sample_run(20'000, 777);
  auto store = open();
  ASSERT_TRUE(store->import_run(run));
  const auto summary = store->summary("sample-1");
  ASSERT_TRUE(summary) << to_string(summary.error());
  std::size_t few = 0, all = 0;
  for (const auto& trace : summary->traces) few += trace.size();
  for (const auto& trace : run.traces) all += trace.size();
  EXPECT_LT(few, all);
  EXPECT_LT(summary->traces[5].size(), 50u);  // no energy: 20,001 samples in 10 chunks

  const auto expected = trace::energy_of(run);
  const auto found = trace::energy_of(*summary);
  ASSERT_TRUE(found.total && expected.total);
  EXPECT_NEAR(*found.total / *expected.total, 1, 1e-9);
  EXPECT_NEAR(found.coverage, expected.coverage, 1e-9);
  EXPECT_EQ(found.missing, expected.missing);
  ASSERT_EQ(found.components.size(), expected.components.size());
  for (std::size_t i = 0; i < found.components.size(); ++i) {
    EXPECT_EQ(found.components[i].channel, expected.components[i].channel);
    EXPECT_NEAR(*found.components[i].energy / *expected.components[i].energy, 1, 1e-9);
    EXPECT_NEAR(found.components[i].coverage, expected.components[i].coverage, 1e-9);
  }
  const auto by_epoch = trace::epoch_energies(*summary);
  const auto expected_by_epoch = trace::epoch_energies(run);
  ASSERT_EQ(by_epoch.size(), expected_by_epoch.size());
  for (std::size_t i = 0; i < by_epoch.size(); ++i)
    EXPECT_NEAR(by_epoch[i]->value(), expected_by_epoch[i]->value(), 1e-6 * expected_by_epoch[i]->value());
  const auto by_phase = trace::phase_energies(*summary);
  const auto expected_by_phase = trace::phase_energies(run);
  ASSERT_EQ(by_phase.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(by_phase[i]->value(), expected_by_phase[i]->value(), 1e-6 * expected_by_phase[i]->value());
  std::vector<trace::Span> others{run.windows[0].span, run.windows[1].span};
  for (const auto& part : trace::work_parts(*summary)) others.push_back(part.span);
  EXPECT_EQ(others.size(), 12u);
  const auto by_part = trace::span_energies(*summary, others);
  const auto expected_by_part = trace::span_energies(run, others);
  for (std::size_t i = 0; i < others.size(); ++i)
    EXPECT_NEAR(by_part[i]->value(), expected_by_part[i]->value(), 1e-6 * expected_by_part[i]->value()) << i;
  const trace::Span span = run.span;
  EXPECT_NEAR(*trace::time_mean(summary->traces[5], span), *trace::time_mean(run.traces[5], span), 1e-6);
}

TEST_F(StoreTest, ListsNewestFirstWithTotals) {
  auto store = open();
  auto older = sample_run(120);
  auto newer = sample_run(240);
  newer.info.id = "sample-2";
  newer.started->ns += 1;
  ASSERT_TRUE(store->import_run(newer));
  ASSERT_TRUE(store->import_run(older));
  const auto rows = store->find();
  ASSERT_TRUE(rows) << to_string(rows.error());
  ASSERT_EQ(rows->size(), 2u);
  const auto& first = rows->front();
  EXPECT_EQ(first.id, "sample-2");
  EXPECT_EQ(first.name, "digits");
  EXPECT_EQ(first.epochs, 4);
  EXPECT_EQ(first.duration, Seconds{240});
  EXPECT_EQ(first.provenance, Provenance::modelled);  // of its worst part, the memory
  EXPECT_DOUBLE_EQ(first.energy->value(), trace::energy_of(newer).total->value());
  EXPECT_EQ(first.tags.at("team"), "vision");
  EXPECT_THAT(first.command, ElementsAre("python", "train.py", "--name=\"x y\""));
}

TEST_F(StoreTest, ARunWithoutAnyMeterHasNoEnergyRatherThanZero) {
  auto run = sample_run(10);
  run.traces.clear();
  auto store = open();
  ASSERT_TRUE(store->import_run(run));
  EXPECT_EQ(store->find()->front().energy, std::nullopt);
  EXPECT_EQ(store->find()->front().provenance, Provenance::missing);
}

TEST_F(StoreTest, FindsByIdNamePrefixAndEnding) {
  auto store = open();
  for (const std::string id : {"20260101-000000-aaaa", "20260102-000000-bbbb", "20260102-000001-cccc"}) {
    auto run = sample_run(2);
    run.info.id = id;
    run.info.name = id.ends_with("aaaa") ? "digits" : "other";
    run.started->ns += 1'000'000'000 * (id[7] - '0') + (id[14] - '0');
    ASSERT_TRUE(store->import_run(run));
  }
  EXPECT_EQ(store->resolve("20260101-000000-aaaa")->id, "20260101-000000-aaaa");
  EXPECT_EQ(store->resolve("digits")->id, "20260101-000000-aaaa");
  EXPECT_EQ(store->resolve("20260101")->id, "20260101-000000-aaaa");
  EXPECT_EQ(store->resolve("bbbb")->id, "20260102-000000-bbbb");
  EXPECT_EQ(store->resolve("")->id, "20260102-000001-cccc");
  EXPECT_EQ(store->resolve("digits")->namesakes, 1u);
  EXPECT_EQ(store->resolve("other")->id, "20260102-000001-cccc");  // the latest of that name
  EXPECT_EQ(store->resolve("other")->namesakes, 2u);
  for (const auto& [reference, reason] :
       {std::pair{"20260102", "2 runs have ids that match this; the latest of them is 20260102-000001-cccc"},
        std::pair{"none", "no such run"}, std::pair{"2026%", "no such run"},
        std::pair{"' OR 1=1 --", "no such run"}}) {
    const auto found = store->resolve(reference);
    ASSERT_FALSE(found) << reference;
    EXPECT_EQ(found.error().kind, ErrorKind::invalid);
    EXPECT_THAT(found.error().message, HasSubstr(reason));
  }
}

TEST_F(StoreTest, RemovesTagsAndRenames) {
  auto store = open();
  ASSERT_TRUE(store->import_run(sample_run(9000)));
  ASSERT_TRUE(store->tag("sample-1", {{"team", ""}, {"goal", "paper"}}));
  ASSERT_TRUE(store->rename("sample-1", "first"));
  EXPECT_EQ(store->summary("first")->tags, (std::map<std::string, std::string>{{"goal", "paper"}}));
  ASSERT_TRUE(store->remove("first"));
  EXPECT_TRUE(store->find()->empty());
  EXPECT_FALSE(store->remove("first"));
  ASSERT_TRUE(store->import_run(sample_run(10)));  // its id is free again, and nothing of the old one is left
  EXPECT_EQ(store->load("sample-1")->traces[0].size(), 11u);
}

TEST_F(StoreTest, TheSpaceOfARemovedRunComesBack) {
  {
    auto store = open();
    ASSERT_TRUE(store->import_run(sample_run(20'000)));
  }
  const auto full = std::filesystem::file_size(path());
  {
    auto store = open();
    ASSERT_TRUE(store->remove("sample-1"));
  }
  EXPECT_LT(std::filesystem::file_size(path()), full / 2);
}

TEST_F(StoreTest, RefusesAnIdTwiceAndATraceThatIsNone) {
  auto store = open();
  ASSERT_TRUE(store->import_run(sample_run(10)));
  const auto again = store->import_run(sample_run(10));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::invalid);
  EXPECT_THAT(again.error().message, HasSubstr("already stored"));
  auto broken = sample_run(10);
  broken.info.id = "broken";
  std::swap(broken.traces[0].times[3], broken.traces[0].times[4]);
  EXPECT_EQ(store->import_run(broken).error().kind, ErrorKind::malformed);
  EXPECT_EQ(store->find()->size(), 1u);
}

TEST_F(StoreTest, AnUnusableIdGetsAnother) {
  auto store = open();
  auto run = sample_run(3);
  run.info.id = "../../etc/passwd";
  const auto id = store->import_run(run);
  ASSERT_TRUE(id);
  EXPECT_THAT(*id, ::testing::StartsWith("20260101-000000-"));
}

TEST_F(StoreTest, SamplesBeforeTheRunAndCloserThanAMicrosecondStayInOrder) {
  auto run = sample_run(3);
  run.traces[0].times = {-5.5, 0.0, 4e-7, 8e-7};
  auto store = open();
  ASSERT_TRUE(store->import_run(run));
  const auto loaded = store->load("sample-1");
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_THAT(loaded->traces[0].times, ElementsAre(-5.5, 0.0, 1e-6, 2e-6));
}

TEST(DefaultUrl, TheVariableComesFirst) {
  ::setenv("JOULECAST_STORE", "/somewhere/else.db", 1);
  EXPECT_EQ(*default_url(), "/somewhere/else.db");
  ::unsetenv("JOULECAST_STORE");
  ::setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(*default_url(), "/data/joulecast/runs.db");
}

TEST(RunId, SortsByTimeAndCanBeSaid) {
  const auto id = make_run_id(WallTime{1'767'225'600'000'000'000}, 0);
  EXPECT_EQ(id, "20260101-000000-0000");
  EXPECT_LT(make_run_id(WallTime{1'767'225'600'000'000'000}, 29),
            make_run_id(WallTime{1'767'225'601'000'000'000}, 0));
  EXPECT_NE(make_run_id(WallTime{0}, 1), make_run_id(WallTime{0}, 2));
  EXPECT_TRUE(is_usable_run_id("local-v2-mobilenet_v2-20230127T084338"));
  for (const char* bad : {"", "a b", "a/b", "-x", ".hidden", "new\nline", "\xc3\xa9", "it's"})
    EXPECT_FALSE(is_usable_run_id(bad)) << bad;
}

}  // namespace
}  // namespace joulecast::store
