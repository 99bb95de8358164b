#include "session/runs/running_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <thread>

#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {

using testing::TemporaryDirectory;

/// A run that this process records: it lives as long as its writer.
class Recorded {
 public:
  Recorded(const std::string& path, const std::string& name, const std::string& host = "here",
           std::map<std::string, std::string> tags = {}) {
    store_ = store::RunStore::open(path).value();
    run_.info.name = name;
    run_.host.hostname = host;
    run_.tags = std::move(tags);
    run_.started = system_clock().wall();
    store::WriterOptions options;
    options.commit_interval = Seconds{0.01};
    writer_ = store_->record(run_, options).value();
    add_channel("cpu_w", trace::Component::cpu);
  }
  void add_channel(const std::string& name, trace::Component component) {
    trace::Channel channel;
    channel.name = name;
    channel.component = component;
    writer_->channel(channel);
  }
  /// Kept together.
  void keep(const std::vector<std::pair<double, double>>& power,
            const std::vector<trace::Projection>& projections = {}) {
    const store::RunWriter::Batch batch(*writer_);
    for (const auto& [time, watts] : power) writer_->append(0, time, watts);
    for (const auto& projection : projections) writer_->projection(projection);
  }
  /// Both channels' power at the same time, which nobody sees one without the other.
  void keep_both(double time, double watts, double others_watts) {
    const store::RunWriter::Batch batch(*writer_);
    writer_->append(0, time, watts);
    writer_->append(1, time, others_watts);
  }
  void keep_work(double work, double total) {
    trace::Phase phase;
    phase.unit = "epoch";
    phase.work = work;
    phase.total_work = total;
    writer_->phase(0, phase);
  }
  void end() {
    run_.status = trace::RunStatus::finished;
    run_.span = {Seconds{0}, Seconds{2}};
    ASSERT_TRUE(writer_->end(run_));
  }

 private:
  std::unique_ptr<store::RunStore> store_;
  trace::Run run_;
  std::unique_ptr<store::RunWriter> writer_;
};

/// Looks until the runs are as expected: a thread of the run's own keeps them.
RunningRuns look_until(RunningRunsWatch& watch, const std::function<bool(const RunningRuns&)>& expected) {
  for (int i = 0; i < 3000; ++i) {
    auto now = watch.look();
    if (expected(now)) return now;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << "the store does not get there";
  return {};
}

TEST(RunningRuns, ComeFromTheStoreAlone) {
  const TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  Recorded run(path, "lenet", "here", {{"budget", "2 kWh"}});
  run.keep({{0, 100}, {2, 100}});
  FakeClock clock;
  RunningRunsWatch watch(path, "here", 10, clock);
  const auto uses = [](double joules) {
    return [joules](const RunningRuns& now) {
      return now.runs.size() == 1 && now.runs[0].energy &&
             std::abs(now.runs[0].energy->value() - joules) < 1e-6;
    };
  };
  auto now = look_until(watch, uses(200));
  ASSERT_EQ(now.runs.size(), 1u);
  EXPECT_EQ(now.runs[0].name, "lenet");
  EXPECT_EQ(now.runs[0].power, std::nullopt);  // nothing to compare with yet
  EXPECT_EQ(now.runs[0].projection, std::nullopt);
  EXPECT_DOUBLE_EQ(now.runs[0].budget.value().value(), 7.2e6);

  run.keep({{4, 300}},
           {{Seconds{4}, 0.5, "adaptive", Joules{1200}, Joules{1100}, Joules{1300}, true, false}});
  now = look_until(watch, uses(600));
  ASSERT_EQ(now.runs.size(), 1u);
  EXPECT_DOUBLE_EQ(now.runs[0].power.value().value(), 200);
  ASSERT_TRUE(now.runs[0].projection);
  EXPECT_EQ(now.runs[0].projection->high, Joules{1300});
  EXPECT_TRUE(now.runs[0].projection->ready);

  EXPECT_FALSE(now.runs[0].work_is_done);
  run.keep_work(8, 8);
  now = look_until(watch, [](const RunningRuns& looked) { return looked.runs.at(0).work_is_done; });

  clock.advance(Seconds{14});
  EXPECT_TRUE(watch.look().runs.at(0).power);
  clock.advance(Seconds{2});
  EXPECT_EQ(watch.look().runs.at(0).power, std::nullopt) << "nothing was stored for long";
  run.end();
  EXPECT_TRUE(watch.look().runs.empty());
}

TEST(RunningRuns, TellWhichRunsHaveEnded) {
  const TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  RunningRunsWatch watch(path, "", 10);
  EXPECT_TRUE(watch.look().ended.empty());  // no store yet
  Recorded lasting(path, "lasting"), short_one(path, "short");
  lasting.keep({{0, 1}});
  look_until(watch, [](const auto& now) { return now.runs.size() == 2; });
  short_one.end();
  {
    Recorded between(path, "between two looks", "elsewhere");
    between.end();
  }
  const auto now = watch.look();
  ASSERT_EQ(now.runs.size(), 1u);
  std::vector<std::string> names;
  for (const auto& row : now.ended) names.push_back(row.name);
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("short", "between two looks"));
  EXPECT_TRUE(watch.look().ended.empty()) << "each is told once";
  const auto id = now.runs[0].id;
  ASSERT_TRUE(store::RunStore::open(path).value()->remove(id, /*even_if_running=*/true));
  EXPECT_EQ(watch.look().removed, std::vector<std::string>{id});
}

TEST(RunningRuns, HavePowerByComponent) {
  const TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  Recorded run(path, "lenet");
  run.keep({{0, 100}, {2, 100}});
  RunningRunsWatch watch(path, "", 10);
  const auto measured = [](double seconds) {
    return [seconds](const RunningRuns& now) {
      return now.runs.size() == 1 && now.runs[0].measured >= Seconds{seconds};
    };
  };
  auto now = look_until(watch, measured(2));
  ASSERT_EQ(now.runs.at(0).components.size(), 1u);
  EXPECT_EQ(now.runs[0].components[0].component, trace::Component::cpu);
  EXPECT_EQ(now.runs[0].components[0].energy, Joules{200});
  EXPECT_EQ(now.runs[0].components[0].power, std::nullopt);
  run.keep({{4, 300}});
  now = look_until(watch, measured(4));
  EXPECT_EQ(now.runs.at(0).components.at(0).power, Watts{200});
}

TEST(RunningRuns, AMeterThatIsReadRarelyKeepsItsPowerBetweenReadings) {
  const TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  Recorded run(path, "lenet");
  run.add_channel("node_w", trace::Component::other);
  RunningRunsWatch watch(path, "", 10);
  const auto look_at = [&](double seconds) {
    return look_until(watch,
                      [&](const RunningRuns& now) {
                        return now.runs.size() == 1 && now.runs[0].measured >= Seconds{seconds};
                      })
        .runs.at(0);
  };
  const auto keep_often = [&](double second) { run.keep({{second, 100}}); };
  const auto keep_rarely = [&](double second) { run.keep_both(second, 100, 50); };
  keep_rarely(0);
  look_at(0);
  for (const double second : {3.0, 10.0, 13.0}) {
    if (second == 10)
      keep_rarely(second);
    else
      keep_often(second);
    look_at(second);
  }
  keep_rarely(20);
  EXPECT_EQ(look_at(20).power, Watts{150});
  keep_often(23);
  const auto between = look_at(23);
  EXPECT_EQ(between.power, Watts{150}) << "no news of the slow meter is not 0 W of it";
  ASSERT_EQ(between.components.size(), 2u);
  for (const auto& part : between.components)
    EXPECT_EQ(part.power, part.component == trace::Component::cpu ? Watts{100} : Watts{50});
}

TEST(RunningRuns, MetersThatAreReadAtDifferentTimesEachHaveTheirOwnPower) {
  const TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  Recorded run(path, "lenet");
  run.add_channel("dram_w", trace::Component::dram);
  RunningRunsWatch watch(path, "", 10);
  const auto look_at = [&](double seconds) {
    return look_until(watch,
                      [&](const RunningRuns& now) {
                        return now.runs.size() == 1 && now.runs[0].measured >= Seconds{seconds};
                      })
        .runs.at(0);
  };
  run.keep_both(0, 8, 8.5);
  run.keep({{0.5, 8}});
  run.keep_both(1, 8, 8.5);
  run.keep({{1.5, 8}});
  look_at(1.5);  // half a second after the memory's last reading
  run.keep_both(2, 8, 8.5);
  const auto now = look_at(2);
  ASSERT_EQ(now.components.size(), 2u);
  EXPECT_NEAR(now.components[0].power.value().value(), 8, 1e-9);
  EXPECT_NEAR(now.components[1].power.value().value(), 8.5, 1e-9) << "a second's energy over half a second";
  EXPECT_NEAR(now.power.value().value(), 16.5, 1e-9);
}

TEST(RunningRuns, OfOtherMachinesAreNotShown) {
  const TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  Recorded other(path, "other", "elsewhere");
  other.keep({{0, 1}, {1, 1}});
  Recorded mine(path, "mine");
  mine.keep({{0, 1}});
  RunningRunsWatch elsewhere(path, "elsewhere", 10);
  EXPECT_EQ(look_until(elsewhere, [](const auto& now) { return !now.runs.empty(); }).runs.at(0).name,
            "other");
  RunningRunsWatch here(path, "here", 10);
  const auto now = look_until(here, [](const auto& runs) { return !runs.runs.empty(); });
  ASSERT_EQ(now.runs.size(), 1u);
  EXPECT_EQ(now.runs[0].name, "mine");
}

TEST(RunningRuns, AreBounded) {
  const TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  std::vector<std::unique_ptr<Recorded>> runs;
  for (int i = 0; i < 4; ++i) {
    runs.push_back(std::make_unique<Recorded>(path, "run"));
    runs.back()->keep({{0, 1}});
  }
  RunningRunsWatch watch(path, "here", 3);
  const auto now =
      look_until(watch, [](const auto& found) { return found.runs.size() + found.left_out == 4; });
  EXPECT_EQ(now.runs.size(), 3u);
  EXPECT_EQ(now.left_out, 1u);
}

TEST(RunningRuns, AStoreThatIsNotThereYetIsEmpty) {
  const TemporaryDirectory folder;
  const auto now = RunningRunsWatch((folder.path() / "runs.db").string(), "here", 3).look();
  EXPECT_TRUE(now.store_answers);
  EXPECT_TRUE(now.runs.empty());
}

TEST(RunningRuns, AStoreThatCannotBeReadIsTold) {
  const TemporaryDirectory folder;
  const auto file = folder.write("runs.db", "this is no database, and it is long enough to be looked at");
  const auto now = RunningRunsWatch(file.string(), "here", 3).look();
  EXPECT_FALSE(now.store_answers);
  EXPECT_THAT(now.trouble, ::testing::HasSubstr("runs.db"));
}

}  // namespace
}  // namespace joulecast::session
