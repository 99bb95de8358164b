#include "store/node_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "store/segments.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using ::testing::ElementsAre;

trace::Run run_at(const std::string& id, std::int64_t second) {
  auto run = sample_run(4);
  run.info.id = id;
  run.info.name = "same";
  run.started = WallTime{second * 1'000'000'000};
  return run;
}

void keep(const std::string& file, const trace::Run& run) {
  const auto store = RunStore::open(file);
  ASSERT_TRUE(store) << to_string(store.error());
  ASSERT_TRUE((*store)->import_run(run));
}

TEST(NodeFiles, AreFoundBesideTheStore) {
  const testing::TemporaryDirectory folder;
  const auto url = (folder.path() / "runs.db").string();
  EXPECT_EQ(file_of_node(url, "n7.hpc"), url + "-node-n7.hpc");
  EXPECT_EQ(file_of_node(url, "gpu-7/../x"), url + "-node-gpu_7_.._x");
  for (const char* name :
       {"runs.db-node-n1", "runs.db-node-n2", "runs.db-node-n2-wal", "runs.db-wal", "other.db-node-n1"})
    std::ofstream(folder.path() / name) << "x";
  EXPECT_THAT(node_files_of(url), ElementsAre(url + "-node-n1", url + "-node-n2"));
  EXPECT_TRUE(node_files_of("postgresql://host/runs.db").empty());
}

TEST(NodeFiles, AreAskedTogetherWithTheStore) {
  const testing::TemporaryDirectory folder;
  const auto url = (folder.path() / "runs.db").string();
  keep(url, run_at("a", 30));
  keep(file_of_node(url, "n1"), run_at("b", 10));
  keep(file_of_node(url, "n2"), run_at("c", 20));
  const auto store = open_with_node_files(url, Access::read);
  ASSERT_TRUE(store) << to_string(store.error());
  const auto rows = (*store)->find({.limit = 2, .offset = 1});
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].id, "c");
  EXPECT_EQ((*rows)[1].id, "b");
  EXPECT_EQ((*store)->count(), 3U);
  EXPECT_EQ((*store)->resolve("same")->id, "a");
  EXPECT_EQ((*store)->resolve("same")->namesakes, 3U);
  EXPECT_EQ((*store)->resolve("")->id, "a");
  EXPECT_EQ((*store)->load("b")->info.id, "b");
  EXPECT_EQ((*store)->resolve("nobody").error().kind, ErrorKind::invalid);
}

TEST(NodeFiles, AreChangedWhereTheirRunIs) {
  const testing::TemporaryDirectory folder;
  const auto url = (folder.path() / "runs.db").string();
  keep(file_of_node(url, "n1"), run_at("b", 10));
  {
    const auto store = open_with_node_files(url, Access::write);
    ASSERT_TRUE(store);
    EXPECT_TRUE((*store)->tag("b", {{"team", "vision"}}));
  }
  EXPECT_EQ((*RunStore::open(file_of_node(url, "n1"), Access::read))->row("b")->tags.at("team"), "vision");
}

TEST(NodeFiles, AreTheStoreWhereThereIsNoOther) {
  const testing::TemporaryDirectory folder;
  const auto url = (folder.path() / "runs.db").string();
  EXPECT_EQ(open_with_node_files(url, Access::read).error().kind, ErrorKind::unavailable);
  keep(file_of_node(url, "n1"), run_at("b", 10));
  const auto store = open_with_node_files(url, Access::read);
  ASSERT_TRUE(store) << to_string(store.error());
  EXPECT_EQ((*store)->resolve("")->id, "b");
}

TEST(NodeFiles, ADamagedOneIsLeftOutAndTold) {
  const testing::TemporaryDirectory folder;
  const auto url = (folder.path() / "runs.db").string();
  keep(url, run_at("a", 30));
  const auto damaged = file_of_node(url, "n1");
  std::ofstream(damaged) << "no store at all, but a text";
  const auto store = open_with_node_files(url, Access::read);
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->count({}).value(), 1U);
  EXPECT_TRUE(
      std::ranges::any_of(left_out_files(), [&](const auto& line) { return line.starts_with(damaged); }));
  std::filesystem::remove(url);
  const auto none = open_with_node_files(url, Access::read);
  ASSERT_FALSE(none) << "where there is no other, it is the store";
  EXPECT_EQ(none.error().kind, ErrorKind::malformed);
}

/// As where a requeued job had other machines.
TEST(NodeFiles, ATrainingMayGoOnInAnotherOne) {
  const testing::TemporaryDirectory folder;
  const auto url = (folder.path() / "runs.db").string();
  const auto going_on = [](const std::string& id, std::int64_t second, const std::string& with) {
    auto run = run_at(id, second);
    run.info.continues = with;
    return run;
  };
  keep(file_of_node(url, "n1"), run_at("a", 30));
  keep(file_of_node(url, "n2"), going_on("b", 40, "a"));
  keep(file_of_node(url, "n1"), going_on("c", 50, "b"));
  keep(file_of_node(url, "n2"), run_at("alone", 60));
  const auto store = open_with_node_files(url, Access::read);
  ASSERT_TRUE(store);
  const auto ids = [&](Segments segments) {
    RunQuery query;
    query.segments = segments;
    std::set<std::string> found;
    const auto rows = (*store)->find(query).value();
    for (const auto& row : rows) found.insert(row.id);
    EXPECT_EQ((*store)->count(query).value(), rows.size());
    EXPECT_EQ(found.size(), rows.size()) << "each once";
    return found;
  };
  EXPECT_EQ(ids(Segments::none), (std::set<std::string>{"alone"}));
  EXPECT_EQ(ids(Segments::last), (std::set<std::string>{"c"}));
  EXPECT_EQ(ids(Segments::part), (std::set<std::string>{"a", "b", "c"}));
  EXPECT_EQ(ids(Segments::each), (std::set<std::string>{"a", "alone", "b", "c"}));
  EXPECT_EQ(segments_of(**store, "b")->ids, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(NodeFiles, AreAskedForByVariable) {
  const testing::TemporaryDirectory folder;
  const auto url = (folder.path() / "runs.db").string();
  ::setenv("JOULECAST_STORE_PER_NODE", "1", 1);
  EXPECT_TRUE(is_kept_by_node(url));
  EXPECT_FALSE(is_kept_by_node("postgresql://host/runs"));
  ::setenv("JOULECAST_STORE_PER_NODE", "0", 1);
  EXPECT_FALSE(is_kept_by_node(url));
  ::unsetenv("JOULECAST_STORE_PER_NODE");
}

}  // namespace
}  // namespace joulecast::store
