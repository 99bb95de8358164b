#include "session/runs/fleet.hpp"

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
