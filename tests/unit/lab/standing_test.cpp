#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lab/campaign/drift.hpp"
#include "lab/forecast/forecast.hpp"
#include "lab/results/campaign_facts.hpp"
#include "lab/runner/schedule.hpp"
#include "plan_of.hpp"

namespace joulecast::lab {
namespace {

RunEnded ended(const Plan& plan, const RunPlace& place, Outcome outcome = Outcome::finished,
               double joules = 100) {
  RunEnded run;
  run.place = place;
  for (const auto& cell : plan.cells)
    if (cell.id == place.cell) run.levels = cell.levels;
  run.outcome = outcome;
  run.duration = Seconds{10};
  run.energy = Joules{joules};
  return run;
}

/// Plays a campaign in which each run ends as `outcome_of` says.
class Play {
 public:
  explicit Play(const std::string& lines, NeedsMore needs_more = {}, std::string_view tables = "")
      : plan(*parse_plan(lines + std::string(small_plan) + std::string(tables), "p.toml")),
        standing(plan, state),
        schedule(plan, std::move(needs_more)) {}

  template <class OutcomeOf>
  void run(OutcomeOf outcome_of, std::size_t at_most = 1000) {
    while (places.size() < at_most) {
      const auto next = schedule.next(standing);
      if (!next) break;
      places.push_back(*next);
      state.runs.push_back(ended(plan, *next, outcome_of(*next)));
      standing.take(state.runs.back());
    }
  }
  void finish(std::size_t at_most = 1000) {
    run([](const RunPlace& /*place*/) { return Outcome::finished; }, at_most);
  }
  [[nodiscard]] std::size_t references() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(places, [](const RunPlace& place) { return place.role == Role::reference; }));
  }

  Plan plan;
  CampaignState state;
  Standing standing;
  Schedule schedule;
  std::vector<RunPlace> places;
};

TEST(Schedule, RunsEveryRepetitionOfEveryCellOnceInBlocks) {
  Play play("");
  play.finish();
  ASSERT_EQ(play.places.size(), 24u);
  for (std::size_t i = 0; i < play.places.size(); ++i) {
    EXPECT_EQ(play.places[i].repetition, static_cast<int>(i / 6) + 1);
    EXPECT_EQ(play.places[i].attempt, 1);
    for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(play.places[i] == play.places[j]);
  }
}

/// Wherever it was interrupted, nothing is repeated, nothing is left out, and the order stays.
TEST(Schedule, GoesOnWhereItStopped) {
  Play whole("");
  whole.finish();
  for (std::size_t stop = 0; stop <= 24; ++stop) {
    Play first("");
    first.finish(stop);
    Schedule again(first.plan);
    Standing standing(first.plan, first.state);
    auto places = first.places;
    for (auto next = again.next(standing); next; next = again.next(standing)) {
      places.push_back(*next);
      first.state.runs.push_back(ended(first.plan, *next));
      standing.take(first.state.runs.back());
    }
    EXPECT_EQ(places, whole.places) << stop;
  }
}

TEST(Schedule, RepeatsWhatWasInterruptedAsAFurtherAttempt) {
  Play play("");
  int count = 0;
  play.run([&](const RunPlace&) { return ++count == 2 ? Outcome::interrupted : Outcome::finished; });
  EXPECT_EQ(play.places.size(), 25u);
  EXPECT_EQ(play.places[2].cell, play.places[1].cell);
  EXPECT_EQ(play.places[2].attempt, 2);
}

TEST(Schedule, TriesAgainWhatTheRuleSays) {
  Play play("", {}, "[retry]\ntimes = 2\non = [\"killed\"]\n");
  const auto victim = play.plan.cells[0].id;
  play.run([&](const RunPlace& place) {
    return place.cell == victim && place.repetition == 1 ? Outcome::killed : Outcome::finished;
  });
  EXPECT_EQ(play.places.size(), 26u);
  EXPECT_EQ(play.standing.cell(0).finished.size(), 3u);
  ASSERT_EQ(play.standing.cell(0).failed.size(), 1u);
  EXPECT_EQ(play.standing.cell(0).failed[0]->place.attempt, 3);
}

TEST(Schedule, DoesNotTryAgainWhatRunsOutOfMemoryEachTime) {
  Play play("give_up_after = 2\n", {}, "[retry]\ntimes = 2\n");
  const auto victim = play.plan.cells[0].id;
  play.run([&](const RunPlace& place) {
    return place.cell == victim ? Outcome::out_of_memory : Outcome::finished;
  });
  EXPECT_EQ(play.places.size(), 22u);
  EXPECT_TRUE(play.standing.cell(0).given_up);
  EXPECT_EQ(play.standing.cell(0).failed.size(), 2u);
  EXPECT_EQ(most_runs_left(play.plan, play.standing), 0u);
}

TEST(Schedule, AsksTheRuleOnlyAboveTheLeastRepetitions) {
  constexpr std::string_view adaptive = R"(
command = ["true", "{a}"]
repetitions = {min = 2, max = 9, half_width = "1%"}
[factors]
a = [1, 2]
)";
  const auto plan = *parse_plan(adaptive, "p.toml");
  CampaignState state;
  Standing standing(plan, state);
  Schedule schedule(plan, [](std::size_t cell, const Standing& now) {
    EXPECT_GE(now.cell(cell).finished.size(), 2u);
    return cell == 0 && now.cell(cell).finished.size() < 5;
  });
  for (auto next = schedule.next(standing); next; next = schedule.next(standing)) {
    state.runs.push_back(ended(plan, *next));
    standing.take(state.runs.back());
  }
  EXPECT_EQ(standing.cell(0).finished.size(), 5u);
  EXPECT_EQ(standing.cell(1).finished.size(), 2u);
}

constexpr std::string_view reference_tables =
    "[reference]\ncell = {architecture = \"vgg11\", batch = 16}\nevery = 5\ntolerance = \"3%\"\n";

TEST(Schedule, PutsTheReferenceFirstBetweenAndLast) {
  Play play("", {}, reference_tables);
  const auto expected = forecast_rest(play.plan, play.standing, std::vector<CellForecast>(6)).runs_left;
  play.finish();
  EXPECT_EQ(play.places.size(), expected);
  EXPECT_EQ(play.places.front().role, Role::reference);
  EXPECT_EQ(play.places.back().role, Role::reference);
  EXPECT_EQ(play.references(), 6u);  // before runs 1, 6, 11, 16, 21, and after the last
  int since = 0;
  for (const auto& place : play.places) {
    since = place.role == Role::reference ? 0 : since + 1;
    EXPECT_LE(since, 5);
  }
}

/// At every moment the number of runs that are left is the number of those that come.
TEST(Schedule, KnowsHowManyReferencesAreLeft) {
  for (const std::size_t stop : {0, 1, 2, 5, 6, 7, 11, 12, 13, 29, 30}) {
    Play play("", {}, reference_tables);
    play.finish(stop);
    const auto left = forecast_rest(play.plan, play.standing, std::vector<CellForecast>(6)).runs_left;
    const auto before = play.places.size();
    play.finish();
    EXPECT_EQ(play.places.size() - before, left) << stop;
  }
}

TEST(Standing, LeavesOutCellsThatThePlanDoesNotHaveAnyMore) {
  Play play("");
  play.finish(6);
  const auto fewer = *parse_plan(std::string(small_plan) + "[[exclude]]\nbatch = 64\n", "p.toml");
  const Standing standing(fewer, play.state);
  EXPECT_EQ(standing.strangers(), 2u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(standing.cell(i).finished.size(), 1u);
  EXPECT_EQ(standing.spent(), Joules{600});  // they were paid for nevertheless
}

TEST(Standing, CountsTheEnergyOfEveryAttempt) {
  Play play("");
  play.run([](const RunPlace&) { return Outcome::interrupted; }, 3);
  EXPECT_EQ(play.standing.spent(), Joules{300});
  auto unknown = ended(play.plan, play.places[0]);
  unknown.energy.reset();
  play.state.runs.push_back(unknown);
  play.standing.take(play.state.runs.back());
  EXPECT_EQ(play.standing.spent(), Joules{300});
  EXPECT_EQ(play.standing.without_energy(), 1u);
}

TEST(CampaignFacts, TellWhatPartOfTheEnergyWasMeasured) {
  Play play("");
  play.finish(2);
  const auto shares = [&](auto change) {
    auto state = play.state;
    for (auto& run : state.runs) change(run);
    const auto facts = facts_of_runs(play.plan, Standing(play.plan, state));
    std::vector<std::optional<double>> found;
    for (const auto& cell : facts->cells)
      if (cell.energy) found.push_back(cell.measured_share);
    return found;
  };
  const std::vector<std::optional<double>> whole{1.0, 1.0}, part{0.75, 0.75},
      unknown{std::nullopt, std::nullopt};
  EXPECT_EQ(shares([](RunEnded& run) { run.provenance = Provenance::measured; }), whole);
  EXPECT_EQ(shares([](RunEnded& run) {
              run.provenance = Provenance::modelled;
              run.measured_share = 0.75;
            }),
            part);
  EXPECT_EQ(shares([](RunEnded& run) { run.provenance = Provenance::modelled; }), unknown);
}

TEST(Drift, IsAgainstTheFirstReference) {
  Play play("", {}, reference_tables);
  for (const double joules : {100.0, 101.0, 90.0}) {
    play.state.runs.push_back(ended(play.plan, play.standing.next_reference(), Outcome::finished, joules));
    play.standing.take(play.state.runs.back());
  }
  EXPECT_FALSE(drift_of(play.standing, play.state.runs[0]));
  EXPECT_NEAR(*drift_of(play.standing, play.state.runs[1]), 0.01, 1e-12);
  EXPECT_NEAR(*drift_of(play.standing, play.state.runs[2]), -0.1, 1e-12);
}

TEST(Facts, TellWhatHasChanged) {
  const auto plan = *plan_with("");
  const auto other = *plan_with("timeout = \"1h\"\n");
  EXPECT_TRUE(changed_facts(facts_of(plan), facts_of(plan)).empty());
  EXPECT_EQ(changed_facts(facts_of(plan), facts_of(other)), std::vector<std::string>{"timeout"});
}

TEST(Facts, HoldNoSecrets) {
  const auto plan = *plan_with("variables = {API = \"hf_abcdefghijklmnopqrstuvwxyz0123456789\"}\n");
  for (const auto& [key, value] : facts_of(plan)) EXPECT_EQ(value.find("hf_"), std::string::npos) << key;
}

TEST(Forecast, AddsUpWhatIsMeasuredAndSaysWhatIsNot) {
  Play play("");
  play.finish(12);
  std::vector<CellForecast> cells;
  for (std::size_t i = 0; i < 6; ++i)
    cells.push_back(forecast_cell(play.plan.cells[i], play.standing.cell(i), {}, {}));
  EXPECT_EQ(cells[0].basis, Basis::measured);
  auto rest = forecast_rest(play.plan, play.standing, cells);
  EXPECT_EQ(rest.runs_left, 12u);
  EXPECT_NEAR(rest.energy_j->value, 1200, 1e-9);
  EXPECT_NEAR(*rest.energy_j->low, 1200, 1e-9);  // all runs were alike
  EXPECT_NEAR(rest.duration_s->value, 120, 1e-9);
  cells[3] = {};
  rest = forecast_rest(play.plan, play.standing, cells);
  EXPECT_EQ(rest.runs_without_energy, 2u);
  EXPECT_NEAR(rest.energy_j->value, 1000, 1e-9);
  rest = forecast_rest(play.plan, play.standing, std::vector<CellForecast>(6));
  EXPECT_FALSE(rest.energy_j);
  EXPECT_FALSE(rest.duration_s);
}

/// Independent cells: the interval of the sum is that of Student's t for each, added in squares.
TEST(Forecast, HasIntervalsOfSums) {
  Play play("");
  CellForecast measured;
  measured.basis = Basis::measured;
  measured.energies = {90, 110};
  measured.energy_j = Figure{100, 10, 190};
  const auto rest = forecast_rest(play.plan, play.standing, std::vector<CellForecast>(6, measured));
  // t(0.95, 1) = 6.313752, s = 14.142136, 4 runs of a mean of 2: sqrt(4 + 16 / 2); 6 cells
  const double half = 6.313752 * 14.142136 * std::sqrt(12.0) * std::sqrt(6.0);
  EXPECT_NEAR(*rest.energy_j->high, 2400 + half, 0.01);
  // A cell with one run varies as the others do.
  std::vector<CellForecast> cells(6, measured);
  cells[0].energies = {100};
  cells[0].energy_j = Figure{100, {}, {}};
  const double pooled = 2.015048 * 0.14142136 * 100 * std::sqrt(4 + 16.0);  // t(0.95, 5)
  const double others = 6.313752 * 14.142136 * std::sqrt(12.0) * std::sqrt(5.0);
  EXPECT_NEAR(*forecast_rest(play.plan, play.standing, cells).energy_j->high,
              2400 + std::sqrt(pooled * pooled + others * others), 0.01);
  CellForecast predicted;
  predicted.basis = Basis::predicted;
  predicted.energy_j = Figure{100, 80, 130};
  const auto common = forecast_rest(play.plan, play.standing, std::vector<CellForecast>(6, predicted));
  EXPECT_NEAR(*common.energy_j->low, 1920, 1e-9);
  EXPECT_NEAR(*common.energy_j->high, 3120, 1e-9);
}

}  // namespace
}  // namespace joulecast::lab
