#include "session/runs/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/runs/list_runs.hpp"
#include "session/tables/chosen_runs.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::session {
namespace {

using ::testing::ElementsAre;

/// Four runs of two machines; one of them has no energy.
class Fleets : public ::testing::Test {
 protected:
  Fleets() {
    auto store = store::RunStore::open(url()).value();
    const auto add = [&](const std::string& id, const std::string& host,
                         std::map<std::string, std::string> tags, bool measured) {
      auto run = store::sample_run(120);
      run.info.id = id;
      run.info.name = "run " + id;
      run.host.hostname = host;
      run.tags = std::move(tags);
      run.started = started_;
      if (!measured) run.traces.clear(), run.epochs.clear(), run.phases.clear();
      each_ = trace::energy_of(run).total.value_or(each_);
      EXPECT_TRUE(store->import_run(run));
    };
    add("aa", "one", {{"user", "ann"}, {"project", "p"}}, true);
    add("ab", "two", {{"user", "ann"}}, true);
    add("ac", "two", {{"user", "bob"}, {"team", "50%_x"}}, true);
    add("ad", "two", {}, false);
  }
  [[nodiscard]] std::string url() const { return (folder_.path() / "runs.db").string(); }
  [[nodiscard]] std::vector<std::string> found(ListRequest request) const {
    request.store = url();
    request.sort = "name";
    request.count_all = true;
    const auto list = list_runs(request);
    std::vector<std::string> ids;
    for (const auto& run : list->runs) ids.push_back(run.id);
    EXPECT_EQ(list->total, ids.size());
    return ids;
  }

  testing::TemporaryDirectory folder_;
  const WallTime started_{1'769'860'800'000'000'000};
  Joules each_{0};
};

TEST_F(Fleets, SumByMachineUserAndTag) {
  const auto all = fleet({.store = url(), .since = "2026-01-01", .tags = {"team"}}, {});
  ASSERT_TRUE(all) << to_string(all.error());
  ASSERT_EQ(all->hosts.size(), 2u);
  EXPECT_EQ(all->hosts[0].name, "two");
  EXPECT_EQ(all->hosts[0].runs, 3u);
  EXPECT_EQ(all->hosts[0].without_energy, 1u);
  EXPECT_NEAR(all->hosts[0].energy->value(), 2 * each_.value(), 1e-6);
  ASSERT_EQ(all->users.size(), 3u);
  EXPECT_EQ(all->users[0].name, "ann");
  EXPECT_EQ(all->users[2].name, "");
  EXPECT_EQ(all->users[2].energy, std::nullopt) << "unknown, and not 0";
  EXPECT_EQ(all->projects.size(), 2u);
  ASSERT_EQ(all->tags.at("team").size(), 2u);
  const auto later = fleet({.store = url(), .since = "2026-02-01"}, {});
  EXPECT_TRUE(later->hosts.empty());
  EXPECT_EQ(fleet({.store = url(), .since = "soon"}, {}).error().where, "since");
  EXPECT_EQ(fleet({.store = url(), .since = "", .tags = {""}}, {}).error().where, "tag");
}

/// Sums in words, with energies as multiples of one run's.
std::string words(const std::vector<EnergySum>& sums, Joules each) {
  std::string text;
  for (const auto& sum : sums)
    text +=
        fmt::format("{}:{} runs, energy of {}, {} without; ", sum.name, sum.runs,
                    sum.energy ? fmt::format("{:.6g}", *sum.energy / each) : "unknown", sum.without_energy);
  return text;
}

TEST_F(Fleets, SumsFollowWhatOthersChange) {
  const FleetRequest request{.store = url(), .since = ""};
  EXPECT_EQ(words(fleet(request, {})->users, each_),
            "ann:2 runs, energy of 2, 0 without; bob:1 runs, energy of 1, 0 without; "
            ":1 runs, energy of unknown, 1 without; ");
  const auto other = store::RunStore::open(url()).value();
  ASSERT_TRUE(other->tag("ab", {{"user", "bob"}}));
  ASSERT_TRUE(other->tag("aa", {{"user", ""}}));
  EXPECT_EQ(words(fleet(request, {})->users, each_),
            "bob:2 runs, energy of 2, 0 without; :2 runs, energy of 1, 1 without; ");
  ASSERT_TRUE(other->remove("ac", false));
  EXPECT_EQ(words(fleet(request, {})->users, each_),
            ":2 runs, energy of 1, 1 without; bob:1 runs, energy of 1, 0 without; ");
  EXPECT_EQ(words(fleet(request, {})->hosts, each_),
            "one:1 runs, energy of 1, 0 without; two:2 runs, energy of 1, 1 without; ");
}

/// A part of the runs is looked up in the tags one by one, most of them are met in a pass over the tags.
TEST_F(Fleets, SumsOfFewRunsAndOfMostAreTheSame) {
  auto store = store::RunStore::open(url()).value();
  constexpr int more = 40;
  for (int i = 0; i < more; ++i) {
    auto run = store::sample_run(120);
    run.info.id = fmt::format("early-{}", i);
    run.host.hostname = "three";
    run.tags = {{"user", i % 2 == 0 ? "ann" : "eve"}, {"other", "x"}};
    run.started = WallTime{started_.ns - 86'400'000'000'000};
    ASSERT_TRUE(store->import_run(run));
  }
  const FleetRequest few{.store = url(), .since = "2026-01-31", .tags = {"team", "user"}};
  const auto late = fleet(few, {});
  ASSERT_TRUE(late);
  EXPECT_EQ(words(late->users, each_),
            "ann:2 runs, energy of 2, 0 without; bob:1 runs, energy of 1, 0 without; "
            ":1 runs, energy of unknown, 1 without; ");
  EXPECT_EQ(words(late->tags.at("user"), each_), words(late->users, each_));
  EXPECT_EQ(words(late->tags.at("team"), each_),
            ":3 runs, energy of 2, 1 without; 50%_x:1 runs, energy of 1, 0 without; ");
  const auto all = fleet({.store = url(), .since = ""}, {});
  EXPECT_EQ(words(all->users, each_),
            "ann:22 runs, energy of 22, 0 without; eve:20 runs, energy of 20, 0 without; "
            "bob:1 runs, energy of 1, 0 without; :1 runs, energy of unknown, 1 without; ");
  EXPECT_EQ(words(all->projects, each_),
            ":43 runs, energy of 42, 1 without; p:1 runs, energy of 1, 0 without; ");
}

TEST_F(Fleets, ListsFindATextAnywhere) {
  EXPECT_THAT(found({.search = "RUN A"}), ElementsAre("aa", "ab", "ac", "ad"));
  EXPECT_THAT(found({.search = "n ab"}), ElementsAre("ab"));
  EXPECT_THAT(found({.search = "%"}), ElementsAre());
  EXPECT_THAT(found({.search = "_"}), ElementsAre());
  EXPECT_THAT(found({.search = "' OR 1"}), ElementsAre());
  EXPECT_THAT(found({.tags = {"team=50%_x"}}), ElementsAre("ac"));
}

TEST_F(Fleets, ListsTellHowManyThereAreBeyondTheirLimit) {
  const auto list = list_runs({.store = url(), .host = "two", .limit = 1, .count_all = true});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->runs.size(), 1u);
  EXPECT_EQ(list->total, 3u);
  EXPECT_EQ(list->runs[0].host, "two");
}

TEST_F(Fleets, ChosenRunsAreTheirTable) {
  const auto chosen = choose_runs(url(), {"ab", "aa"});
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->table.rows(), 2u);
  EXPECT_FALSE(choose_runs(url(), {"aa", "aa"}));
  EXPECT_FALSE(choose_runs(url(), {"nobody"}));
}

}  // namespace
}  // namespace joulecast::session
