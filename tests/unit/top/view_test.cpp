#include "top/view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/text_table.hpp"
#include "top/marks.hpp"

namespace joulecast::top {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr WallTime now{1'769'860'800'000'000'000};

session::RunningRun running(const std::string& id, const std::string& name, std::optional<double> watts) {
  session::RunningRun run;
  run.id = id;
  run.name = name;
  run.started = WallTime{now.ns - 90'000'000'000};
  if (watts) {
    run.power = Watts{*watts};
    run.energy = Joules{*watts * 10};
    run.components = {{trace::Component::gpu, Joules{*watts * 8}, Watts{*watts * 0.8}},
                      {trace::Component::cpu, Joules{*watts * 2}, Watts{*watts * 0.2}}};
  }
  return run;
}

ViewState with(std::vector<session::RunningRun> runs) {
  ViewState state;
  auto all = std::make_shared<session::RunningRuns>();
  all->runs = std::move(runs);
  state.runs = all;
  state.looked = true;
  if (!all->runs.empty()) state.chosen = all->runs[0].id;
  state.history.add(*all);
  return state;
}

std::string text_of(const std::vector<Line>& lines) {
  std::string text;
  for (const auto& line : lines) {
    for (const auto& piece : line) text += piece.text;
    text += "\n";
  }
  return text;
}

TEST(View, ShowsTheRunsAndTheChosenOne) {
  auto run = running("id-1", "lenet", 300);
  run.projection = trace::Projection{Seconds{5},     0.25,           "adaptive", Joules{12'000},
                                     Joules{11'000}, Joules{13'000}, true,       false};
  run.budget = Joules{10'000};
  const auto text = text_of(lines_of(with({run, running("id-2", "", 100)}), {}, now));
  EXPECT_THAT(text, HasSubstr("2 running  400 W"));
  EXPECT_THAT(text, HasSubstr("> lenet"));
  EXPECT_THAT(text, HasSubstr("  id-2"));  // without a name
  EXPECT_THAT(text, HasSubstr("25 %"));
  EXPECT_THAT(text, HasSubstr("gpu           240 W"));
  EXPECT_THAT(text, HasSubstr("forecast  12.0 kJ (90 %: 11.0 kJ to 13.0 kJ)"));
  EXPECT_THAT(text, HasSubstr("budget    10.0 kJ, 30 % used, the forecast is beyond it!"));
}

TEST(View, WhatIsNotKnownIsNoFigure) {
  const auto text =
      text_of(lines_of(with({running("id-1", "lenet", {}), running("id-2", "other", 100)}), {}, now));
  EXPECT_THAT(text, HasSubstr("2 running  100 W (1 of them known)"));
  EXPECT_THAT(text, HasSubstr("power     not known yet"));
  EXPECT_THAT(text, HasSubstr("forecast  none yet"));
  EXPECT_THAT(text, Not(HasSubstr(" 0 W")));
  EXPECT_THAT(text, Not(HasSubstr("0.0")));
}

TEST(View, AForecastThatIsNotReliableIsOnlyInTheDetails) {
  auto run = running("id-1", "lenet", 300);
  run.projection = trace::Projection{Seconds{5}, 0.25, "adaptive", Joules{12'000}, {}, {}, false, false};
  const auto state = with({run});
  EXPECT_THAT(text_of(table_lines(state, {}, 5, now)), Not(HasSubstr("12.0 kJ")));
  EXPECT_THAT(text_of(lines_of(state, {}, now)), HasSubstr("forecast  12.0 kJ, not reliable yet"));
}

TEST(View, WhereAllWorkIsDoneThereIsNoForecast) {
  auto run = running("id-1", "lenet", 300);
  run.projection = trace::Projection{Seconds{5}, 0.99, "adaptive", Joules{12'000}, {}, {}, true, false};
  run.work_is_done = true;
  const auto text = text_of(lines_of(with({run}), {}, now));
  EXPECT_THAT(text, HasSubstr("done      all work, still running"));
  EXPECT_THAT(text, Not(HasSubstr("12.0 kJ")));
  EXPECT_THAT(text, Not(HasSubstr("99 %")));
}

TEST(View, FitsEveryScreen) {
  std::vector<session::RunningRun> runs;
  for (int i = 0; i < 30; ++i)
    runs.push_back(running(std::to_string(i),
                           "a name that is longer than its column \x1b[31m" + std::to_string(i), 10.0 * i));
  auto state = with(std::move(runs));
  state.chosen = "29";
  store::RunRow ended;
  ended.name = "ended";
  state.ended = {ended, ended, ended};
  for (const bool unicode : {true, false})
    for (int columns = 1; columns <= 200; columns += 7)
      for (int rows = 1; rows <= 60; rows += 3) {
        const auto lines = lines_of(state, {columns, rows, unicode}, now);
        ASSERT_LE(lines.size(), static_cast<std::size_t>(rows));
        for (const auto& line : lines) {
          std::size_t width = 0;
          for (const auto& piece : line) width += report::display_width(piece.text);
          ASSERT_LE(width, static_cast<std::size_t>(columns)) << text_of({line});
        }
        const auto text = text_of(lines);
        EXPECT_EQ(text.find('\x1b'), std::string::npos);
        EXPECT_TRUE(unicode || text.find("…") == std::string::npos);
        if (rows >= 4 && columns >= 8) {
          EXPECT_THAT(text, HasSubstr(">")) << "the chosen run is in view: " << columns << "x" << rows;
        }
      }
}

TEST(View, SortsAsAsked) {
  auto state = with({running("1", "b", 10), running("2", "c", {}), running("3", "a", 30)});
  const auto order = [&](SortBy by) {
    state.sort = by;
    std::vector<std::string> ids;
    for (const auto* run : sorted_runs(state)) ids.push_back(run->id);
    return ids;
  };
  EXPECT_THAT(order(SortBy::started), ElementsAre("1", "2", "3"));
  EXPECT_THAT(order(SortBy::power), ElementsAre("3", "1", "2"));
  EXPECT_THAT(order(SortBy::energy), ElementsAre("3", "1", "2"));
  EXPECT_THAT(order(SortBy::name), ElementsAre("3", "1", "2"));
}

TEST(View, SaysWhyThereIsNothing) {
  EXPECT_THAT(text_of(lines_of(ViewState{}, {}, now)), HasSubstr("looking at the store"));
  EXPECT_THAT(text_of(lines_of(with({}), {}, now)), HasSubstr("No run is being recorded now"));
  auto state = with({});
  auto lost = std::make_shared<session::RunningRuns>();
  lost->store_answers = false;
  lost->trouble = "runs.db: locked";
  state.runs = lost;
  EXPECT_THAT(text_of(lines_of(state, {}, now)), HasSubstr("runs.db: locked"));
}

TEST(Marks, OfOneRow) {
  EXPECT_EQ(bar(0.5, 4, false), "##--");
  EXPECT_EQ(bar(2, 3, true), "███");
  EXPECT_EQ(bar(-1, 2, false), "--");
  EXPECT_EQ(bar(0.5, 0, true), "");
  const PowerHistory::Series series{Watts{0}, std::nullopt, Watts{100}, Watts{50}};
  EXPECT_EQ(sparkline(series, 6, true), "  ▁ █▅");
  EXPECT_EQ(sparkline(series, 2, false), "#=");
  EXPECT_EQ(sparkline({}, 3, true), "   ");
  EXPECT_EQ(sparkline({Watts{0}}, 1, true), "▁");
}

TEST(PowerHistory, KeepsWhatIsThere) {
  PowerHistory history;
  session::RunningRuns runs;
  runs.runs = {running("1", "a", 10)};
  history.add(runs);
  history.add(runs);
  EXPECT_EQ(history.of("1").size(), 2u);
  session::RunningRuns lost;
  lost.store_answers = false;
  history.add(lost);
  EXPECT_EQ(history.of("1").size(), 2u) << "a store that does not answer ends no run";
  history.add({});
  EXPECT_TRUE(history.of("1").empty());
}

}  // namespace
}  // namespace joulecast::top
