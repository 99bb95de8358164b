#include "session/tables/board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::session {
namespace {

using ::testing::HasSubstr;

std::vector<BoardSource> tables(const std::vector<std::pair<std::string, std::string>>& csv) {
  std::vector<BoardSource> sources;
  for (const auto& [name, text] : csv)
    sources.push_back({RunTable(CsvTable::parse(text, name).value()), {}, {}, {}});
  return sources;
}

/// "big" needs two of four epochs, "small" reaches 0.9 in one of two runs, at the end.
const char* const by_epoch =
    "architecture,accuracy,energy_by_epoch_j,energy_j,duration_s\n"
    "big,0.5 0.91 0.93 0.95,100 200 300 400,410,40\n"
    "big,0.5 0.92 0.93 0.95,100 210 300 400,410,40\n"
    "big,0.5 0.80 0.93 0.95,100 200 320 400,410,40\n"
    "small,0.5 0.6 0.8 0.91,10 20 30 40,41,8\n"
    "small,0.5 0.6 0.8 0.85,10 20 30 40,41,8\n";
const char* const at_the_end =
    "architecture,accuracy,energy_j,duration_s\n"
    "big,0.97,220,20\nbig,0.96,210,20\nsmall,0.92,20,5\nsmall,0.91,22,5\n";

BoardRequest for_accuracy(std::string quality) {
  BoardRequest request;
  request.quality = {std::move(quality)};
  request.energy = "energy_j";
  request.energy_by_epoch = "energy_by_epoch_j";
  return request;
}

const BoardEntry& entry(const BoardTask& task, const std::string& name) {
  return *std::ranges::find(task.entries, name, &BoardEntry::name);
}

TEST(Board, TakesWhatARunHadUsedWhenItReachedTheQuality) {
  const auto board = make_board(tables({{"one.csv", by_epoch}}), for_accuracy("accuracy=0.9"));
  ASSERT_TRUE(board) << to_string(board.error());
  ASSERT_EQ(board->tasks.size(), 1u);
  const auto& task = board->tasks[0];
  EXPECT_EQ(task.name, "one");
  EXPECT_TRUE(task.by_epoch);
  EXPECT_FALSE(task.energy_assumed);
  const auto& big = entry(task, "big");
  EXPECT_EQ(big.reached, 3u);
  EXPECT_EQ(big.energy.median, 210);
  EXPECT_EQ(big.time.median, 20);
  const auto& small = entry(task, "small");
  EXPECT_EQ(small.reached, 1u);
  EXPECT_FALSE(small.energy.median) << "one of two";
  EXPECT_EQ(small.expected_energy, 40 + 41);
}

TEST(Board, SpreadsEnergyEvenlyWhereItIsNotKnownByEpochAndSaysSo) {
  auto request = for_accuracy("accuracy=0.9");
  request.energy_by_epoch.clear();
  const auto board = make_board(tables({{"one.csv", by_epoch}}), request);
  ASSERT_TRUE(board) << to_string(board.error());
  EXPECT_TRUE(board->tasks[0].energy_assumed);
  EXPECT_EQ(entry(board->tasks[0], "big").energy.median, 205);
}

TEST(Board, PutsManyTasksTogether) {
  const auto board =
      make_board(tables({{"one.csv", by_epoch}, {"two.csv", at_the_end}}), for_accuracy("accuracy=0.9"));
  ASSERT_TRUE(board) << to_string(board.error());
  ASSERT_EQ(board->tasks.size(), 2u);
  EXPECT_FALSE(board->tasks[1].by_epoch);
  ASSERT_EQ(board->standings.size(), 2u);
  EXPECT_EQ(board->standings[0].name, "big");
  EXPECT_EQ(board->standings[0].tasks_reached, 2u);
  EXPECT_NEAR(*board->standings[0].energy_ratio, std::sqrt(1 * 215.0 / 21), 1e-9);
}

TEST(Board, ReadsTasksFromAColumnWithTargetsOfTheirOwn) {
  const auto sources = tables({{"all.csv",
                                "task,model,accuracy,loss,energy_j\n"
                                "a,x,0.9,,10\na,x,0.8,,10\nb,x,,0.3,20\nb,y,,0.5,5\nc,x,0.7,,1\n"}});
  BoardRequest request;
  request.quality = {"a:accuracy=85%", "loss=0.4"};
  request.alternatives.group = {"model"};
  const auto board = make_board(sources, request);
  ASSERT_TRUE(board) << to_string(board.error());
  ASSERT_EQ(board->tasks.size(), 2u);
  EXPECT_EQ(board->tasks[0].target, 0.85);
  EXPECT_TRUE(board->tasks[1].lower_is_better);
  EXPECT_EQ(entry(board->tasks[1], "x").reached, 1u);
  EXPECT_EQ(entry(board->tasks[1], "y").reached, 0u);
  EXPECT_THAT(board->warnings, ::testing::ElementsAre(HasSubstr("task c")));
  request.quality = {"d:accuracy=0.9"};
  EXPECT_THAT(make_board(sources, request).error().message, HasSubstr("no task 'd', but a, b, c"));
}

TEST(Board, TakesATargetFromTheBestWhereNobodyNamesOne) {
  const auto board = make_board(tables({{"two.csv", at_the_end}}), for_accuracy("accuracy"));
  ASSERT_TRUE(board);
  EXPECT_TRUE(board->tasks[0].target_from_best);
  EXPECT_NEAR(board->tasks[0].target, 0.98 * 0.965, 1e-12);
}

TEST(Board, PricesEnergyAndHours) {
  auto request = for_accuracy("accuracy=0.9");
  request.price = "0.36 EUR";
  request.hour_price = "3.6 EUR";
  request.pue = 2;
  const auto board = make_board(tables({{"two.csv", at_the_end}}), request);
  ASSERT_TRUE(board);
  EXPECT_EQ(board->currency, "EUR");
  EXPECT_NEAR(*entry(board->tasks[0], "small").energy.median, 21, 1e-12);
  EXPECT_NEAR(*entry(board->tasks[0], "small").money.median, 21 / 3.6e6 * 2 * 0.36 + 5.0 / 3600 * 3.6, 1e-12);
  request.hour_price = "3.6 USD";
  EXPECT_EQ(make_board(tables({{"two.csv", at_the_end}}), request).error().where, "hour_price");
}

TEST(Board, RefusesAnIdentifierAsTask) {
  std::string csv = "id,model,accuracy,energy_j\n";
  for (int i = 0; i < 300; ++i) csv += std::to_string(i) + ",x,0.9,10\n";
  auto request = for_accuracy("accuracy=0.9");
  request.task = "id";
  EXPECT_EQ(make_board(tables({{"t.csv", csv}}), request).error().where, "task");
}

TEST(Board, RefusesWhatItCannotRead) {
  const auto sources = tables({{"two.csv", at_the_end}});
  EXPECT_EQ(make_board(sources, {}).error().where, "quality");
  for (const char* quality :
       {"accuracy=high", "=0.9", "task:=0.9", "accuracy=1 kWh", "f1=0.5", "accuracy=nan"})
    EXPECT_EQ(make_board(sources, for_accuracy(quality)).error().where, "quality") << quality;
  auto request = for_accuracy("accuracy=0.9");
  request.price = "much";
  EXPECT_EQ(make_board(sources, request).error().where, "price");
  const auto text = tables({{"t.csv", "model,accuracy,energy_j\nx,high,10\n"}});
  EXPECT_EQ(make_board(text, for_accuracy("accuracy=0.9")).error().where, "t.csv:2");
  auto wrong = for_accuracy("accuracy=0.9");
  const auto short_row = tables({{"t.csv", "model,accuracy,energy_by_epoch_j,energy_j\nx,0.1 0.9,10,10\n"}});
  EXPECT_THAT(make_board(short_row, wrong).error().message, HasSubstr("1 figures for 2 epochs"));
}

}  // namespace
}  // namespace joulecast::session
