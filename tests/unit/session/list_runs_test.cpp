#include "session/runs/list_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/run_store.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {

constexpr WallTime now{1'769'860'800'000'000'000};  // 2026-01-31T12:00:00Z

std::string iso(std::string_view text) {
  const auto moment = parse_moment(text, now);
  return moment ? to_iso8601(*moment) : "none";
}

TEST(ParseMoment, SpansBeforeNow) {
  EXPECT_EQ(iso("7d"), "2026-01-24T12:00:00Z");
  EXPECT_EQ(iso("1.5 d"), "2026-01-30T00:00:00Z");
  EXPECT_EQ(iso("2w"), "2026-01-17T12:00:00Z");
  EXPECT_EQ(iso("12h"), "2026-01-31T00:00:00Z");
  EXPECT_EQ(iso("90min"), "2026-01-31T10:30:00Z");
}

TEST(ParseMoment, DaysAndTimesInUtc) {
  EXPECT_EQ(iso("2026-01-31"), "2026-01-31T00:00:00Z");
  EXPECT_EQ(iso("2026-01-31T12:00"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(iso("2024-02-29T23:59:58Z"), "2024-02-29T23:59:58Z");
  EXPECT_EQ(iso("2026-01-31 07:05"), "2026-01-31T07:05:00Z");
}

TEST(ParseMoment, AnythingElseIsNone) {
  for (const char* text : {"", "7", "d", "-1d", "yesterday", "2026-02-29", "2026-13-01", "2026-1-1",
                           "26-01-01", "2026-01-31T", "2026-01-31T24:00", "2026-01-31T12", "2026-01-31T12:60",
                           "1e30d", "9999-01-01", "nan d", "2026-01-31x", "2026-01-31T12:00+01:00"})
    EXPECT_EQ(iso(text), "none") << text;
}

TEST(ListRequest, BecomesAQuery) {
  const auto query = query_of({.name = "digits",
                               .tags = {"team=vision", "seed", "note=a=b", "empty="},
                               .since = "7d",
                               .until = "2026-01-31",
                               .status = "failed",
                               .host = "box",
                               .sort = "name",
                               .limit = 5,
                               .offset = 10},
                              now);
  ASSERT_TRUE(query) << to_string(query.error());
  EXPECT_EQ(query->name, "digits");
  ASSERT_EQ(query->tags.size(), 4u);
  EXPECT_EQ(query->tags[0].value, "vision");
  EXPECT_EQ(query->tags[1].name, "seed");
  EXPECT_EQ(query->tags[1].value, std::nullopt);
  EXPECT_EQ(query->tags[2].value, "a=b");
  EXPECT_EQ(query->tags[3].value, "");
  EXPECT_EQ(to_iso8601(*query->since), "2026-01-24T12:00:00Z");
  EXPECT_EQ(to_iso8601(*query->until), "2026-01-31T00:00:00Z");
  EXPECT_EQ(query->status, trace::RunStatus::failed);
  EXPECT_EQ(query->sorting, store::RunSorting::name);
  EXPECT_FALSE(query->descending);  // names from A to Z
  EXPECT_EQ(query->limit, 5u);
  EXPECT_EQ(query->offset, 10u);
  EXPECT_TRUE(query_of({.sort = "energy"}, now)->descending);  // the most first
  EXPECT_FALSE(query_of({.reverse = true}, now)->descending);  // the oldest first
}

TEST(ListRequest, ErrorsNameTheField) {
  const auto field_of = [](const ListRequest& request) {
    const auto query = query_of(request, now);
    return query ? std::string("none") : query.error().where;
  };
  EXPECT_EQ(field_of({.tags = {"=vision"}}), "tag");
  EXPECT_EQ(field_of({.since = "soon"}), "since");
  EXPECT_EQ(field_of({.until = "7"}), "until");
  EXPECT_EQ(field_of({.status = "done"}), "status");
  EXPECT_EQ(field_of({.sort = "size"}), "sort");
  EXPECT_EQ(field_of({.limit = 0}), "limit");
  EXPECT_EQ(field_of({.offset = -1}), "offset");
}

TEST(ListRuns, TellHowManyMatchOnEveryPage) {
  const testing::TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  const auto store = store::RunStore::open(path).value();
  for (int i = 0; i < 5; ++i) {
    trace::Run run;
    run.info.id = "run" + std::to_string(i);
    run.tags = {{"parity", i % 2 == 0 ? "even" : "odd"}};
    ASSERT_TRUE(store->import_run(run));
  }
  const std::vector<std::pair<int, std::size_t>> parts{{0, 2}, {2, 2}, {4, 1}, {5, 0}, {9, 0}};
  for (const auto& [offset, shown] : parts) {
    const auto list = list_runs({.store = path, .limit = 2, .offset = offset, .count_all = true});
    ASSERT_TRUE(list) << to_string(list.error());
    EXPECT_EQ(list->runs.size(), shown) << offset;
    EXPECT_EQ(list->total, 5u) << offset;
  }
  EXPECT_EQ(list_runs({.store = path, .tags = {"parity=even"}, .limit = 2, .count_all = true})->total, 3u);
  EXPECT_EQ(list_runs({.store = path, .tags = {"parity=none"}, .limit = 2, .count_all = true})->total, 0u);
}

}  // namespace
}  // namespace joulecast::session
