#include "report/runs/run_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/runs/run_json.hpp"
#include "report/text_table.hpp"
#include "unit/session/summary_runs.hpp"

namespace joulecast::report {
namespace {

using session::hundred_seconds;
using session::own_intensity;
using session::summary_of;

using ::testing::HasSubstr;
using ::testing::Not;

TEST(RunJson, WithoutAMeterNothingIsZero) {
  auto run = hundred_seconds();
  run.traces.clear();
  const auto summary = summary_of(run, own_intensity());
  EXPECT_FALSE(summary.energy.total || summary.mean_power || summary.idle || summary.carbon.mass);
  const auto json = to_json(summary);
  EXPECT_TRUE(json["energy_j"]["total"].is_null());
  EXPECT_TRUE(json["carbon"]["emissions_g"].is_null());
  EXPECT_TRUE(json["epochs"][0]["energy_j"].is_null());
  const auto text = to_text(summary);
  EXPECT_THAT(text, HasSubstr("unknown"));
  EXPECT_THAT(text, Not(HasSubstr(" 0.00 J")));
}

TEST(RunJson, HasThePromisedKeysAndUnknownIsNull) {
  const auto json = to_json(summary_of(hundred_seconds()));
  EXPECT_EQ(json["id"], "20260101-000000-aaaa");
  EXPECT_EQ(json["status"], "finished");
  EXPECT_EQ(json["exit_status"], 0);
  EXPECT_EQ(json["duration_s"], 100.0);
  const auto& rows = json["energy_j"]["by_component"];
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["component"], "gpu");
  EXPECT_EQ(rows[0]["device"], "0");
  EXPECT_EQ(rows[0]["provenance"], "measured");
  EXPECT_EQ(rows[0]["coverage"], 1.0);
  EXPECT_EQ(rows[1]["provenance"], "modelled");
  EXPECT_EQ(rows[2]["component"], "dram");
  EXPECT_EQ(rows[2]["provenance"], "missing");
  EXPECT_TRUE(rows[2]["energy_j"].is_null());
  EXPECT_EQ(json["energy_j"]["missing"][0], "dram");
  EXPECT_TRUE(json["epochs"][0]["metrics"]["loss"].is_null());  // not a number
  EXPECT_EQ(json["epochs"][1]["metrics"]["loss"], 0.125);
  EXPECT_EQ(json["projections"][0]["error_pct"].get<double>() > 9.9, true);
  EXPECT_THAT(json["carbon"]["reason"].get<std::string>(), HasSubstr("--country"));
}

/// Two folds that count steps, with an evaluation between them.
trace::Run two_folds() {
  auto run = hundred_seconds();
  run.phases = {{"fold", "step", {Seconds{0}, Seconds{40}}, 400, 400, {}},
                {"fold", "step", {Seconds{50}, Seconds{100}}, 1600, 2000, {}}};
  run.epochs[1].phase = 1;
  run.windows = {{"evaluation", {Seconds{40}, Seconds{45}}}, {"evaluation", {Seconds{45}, Seconds{50}}}};
  for (int i = 0; i <= 100; ++i) run.progress.push_back({Seconds{50 + i * 0.5}, 16.0 * i, 1});
  return run;
}

TEST(RunJson, HasPhasesWindowsAndSteps) {
  auto run = two_folds();
  run.status = trace::RunStatus::stopped;
  const auto json = to_json(summary_of(run));
  EXPECT_EQ(json["status"], "stopped");
  ASSERT_EQ(json["phases"].size(), 2u);
  EXPECT_EQ(json["phases"][1]["phase"], "fold 2");
  EXPECT_EQ(json["phases"][1]["unit"], "step");
  EXPECT_EQ(json["phases"][1]["start_s"], 50.0);
  EXPECT_EQ(json["phases"][1]["end_s"], 100.0);
  EXPECT_EQ(json["phases"][1]["work"], 1600.0);
  EXPECT_EQ(json["phases"][1]["total_work"], 2000.0);
  EXPECT_NEAR(json["phases"][1]["energy_j"], 15'000, 1e-6);
  EXPECT_EQ(json["epochs"][0]["phase"], "fold");
  EXPECT_EQ(json["epochs"][1]["phase"], "fold 2");
  ASSERT_EQ(json["windows"].size(), 2u);
  EXPECT_EQ(json["windows"][0]["window"], "evaluation");
  EXPECT_NEAR(json["windows"][0]["energy_j"], 1500, 1e-6);
  EXPECT_EQ(json["window_totals"][0]["count"], 2);
  EXPECT_NEAR(json["window_totals"][0]["share"], 0.1, 1e-9);
  EXPECT_NEAR(json["energy_per_work"]["per_1000_steps_j"], 13'500, 1e-6);
  EXPECT_TRUE(json["energy_per_work"]["per_sample_j"].is_null());
  EXPECT_EQ(json["steps"].size(), 10u);
}

TEST(RunText, ShowsPhasesStepsAndWindows) {
  const auto text = to_text(summary_of(two_folds()));
  EXPECT_THAT(text, HasSubstr("\nPhases   2\n"
                              "  phase                   work  duration   energy  power\n"
                              "  fold        400 of 400 steps    40.0 s  12.0 kJ  300 W\n"
                              "  fold 2  1,600 of 2,000 steps    50.0 s  15.0 kJ  300 W\n"
                              "  13.5 kJ per 1,000 steps\n"));
  EXPECT_THAT(text, HasSubstr("  phase   epoch  duration"));
  EXPECT_THAT(text, HasSubstr("\nCourse of fold 2\n"));
  EXPECT_THAT(text, HasSubstr("1,440 to 1,600"));
  EXPECT_THAT(text, HasSubstr("\nWindows\n"));
  EXPECT_THAT(text, HasSubstr("  evaluation      2    10.0 s  3.00 kJ   10 %\n"));
}

TEST(RunText, OnePhaseOfEpochsIsNotWorthATable) {
  auto run = hundred_seconds();
  run.phases = {{"train", "epoch", {Seconds{0}, Seconds{100}}, 2, 2, {}}};
  run.tags = {{"train_samples", "1000"}};
  const auto text = to_text(summary_of(run));
  EXPECT_THAT(text, Not(HasSubstr("Phases")));
  EXPECT_THAT(text, HasSubstr("\nWork     15.0 J per sample\n"));
}

TEST(RunText, ANegativeNetSaysThatTheMachineWasNotIdle) {
  auto run = hundred_seconds();
  run.idle_baseline = Watts{350};  // of 300 W on average
  const auto text = to_text(summary_of(run));
  EXPECT_THAT(text, HasSubstr("-5.00 kJ"));
  EXPECT_THAT(text, HasSubstr("the machine was not idle"));
  EXPECT_THAT(to_text(summary_of(hundred_seconds())), Not(HasSubstr("not idle")));
}

TEST(RunText, SaysEverythingAndWhatIsMissing) {
  const auto text = to_text(summary_of(hundred_seconds(), own_intensity()));
  for (const char* part : {"digits · 20260101-000000-aaaa",
                           "finished · 2026-01-01T00:00:00Z · 1 min 40 s",
                           "30.0 kJ",
                           "8.33 Wh",
                           "300 W on average",
                           "gpu 0",
                           "83 %",
                           "measured",
                           "modelled",
                           "±40 %",
                           "without dram",
                           "baseline",
                           "80.0 W idle",
                           "22.0 kJ",
                           "4.50 g CO2e",
                           "x PUE 1.5",
                           "360 g CO2e/kWh, as given",
                           "Epochs   2",
                           "accuracy",
                           "0.75",
                           "28.0 kJ to 36.0 kJ",
                           "+10.0 %",
                           "not yet dependable",
                           "utilisation 90 %",
                           "not used: powercap",
                           "101 readings, 1 failed",
                           "0.05 % of one core",
                           "the clock was stepped by 3 s"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));  // an argument must not steer the terminal
  EXPECT_THAT(text, Not(HasSubstr(" \n")));
}

TEST(RunText, ManyEpochsAreShortenedInTheMiddle) {
  auto run = hundred_seconds();
  run.epochs.clear();
  for (int e = 0; e < 100; ++e) {
    trace::Epoch epoch;
    epoch.index = e + 1;
    epoch.span = {Seconds{static_cast<double>(e)}, Seconds{e + 1.0}};
    run.epochs.push_back(epoch);
  }
  const auto text = epochs_text(summary_of(run));
  EXPECT_THAT(text, HasSubstr("Epochs   100, some left out"));
  EXPECT_THAT(text, HasSubstr("\n     12 "));
  EXPECT_THAT(text, Not(HasSubstr("\n     13 ")));
  EXPECT_THAT(text, HasSubstr("\n    100 "));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 1 + 1 + 24 + 1);  // blank, head, header, epochs, the gap
}

TEST(RunText, ProjectionsOfEarlierPhasesAreCountedAsWithdrawn) {
  auto run = hundred_seconds();
  run.projections.clear();
  for (const bool withdrawn : {true, true, false}) {
    trace::Projection projection;
    projection.share = 0.5;
    projection.method = "adaptive";
    projection.total = Joules{withdrawn ? 111'000.0 : 222'000.0};
    projection.ready = !withdrawn;
    projection.withdrawn = withdrawn;
    run.projections.push_back(projection);
  }
  const auto text = projections_text(summary_of(run));
  EXPECT_THAT(text, HasSubstr("222"));
  EXPECT_THAT(text, Not(HasSubstr("111")));
  EXPECT_THAT(text, HasSubstr("2 withdrawn, as counting began again after them"));
  EXPECT_TRUE(to_json(summary_of(run))["projections"][0]["withdrawn"].get<bool>());
}

TEST(RunText, ASilentRunTellsWhenItWasLastHeardOf) {
  auto summary = summary_of(hundred_seconds());
  summary.run.status = trace::RunStatus::running;
  EXPECT_FALSE(to_json(summary).contains("last_heard"));
  summary.last_heard = WallTime{1'767'225'660'000'000'000};
  EXPECT_THAT(to_text(summary), HasSubstr("running, last heard of at 2026-01-01T00:01:00Z"));
  EXPECT_EQ(to_json(summary)["last_heard"], "2026-01-01T00:01:00Z");
}

TEST(RunText, AFailedRunTellsItsExitStatus) {
  auto run = hundred_seconds();
  run.status = trace::RunStatus::failed;
  run.exit_status = 3;
  EXPECT_EQ(status_text(run), "failed, exit status 3");
}

TEST(TextTable, WideCharactersTakeTwoColumnsAndMarksNone) {
  EXPECT_EQ(display_width("日本語モデル"), 12u);
  EXPECT_EQ(display_width("한국어"), 6u);
  EXPECT_EQ(display_width("🚀x"), 3u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("±60 % … °C ▁█"), 13u);
  EXPECT_EQ(shorten("日本語モデル", 6), "日本…");
  EXPECT_EQ(only_ascii("日x µW…"), "??x uW~");
}

TEST(TextTable, AlignsByCharactersNotBytes) {
  TextTable table({Align::left, Align::right});
  table.add({"µ", "1"});
  table.add({"abc", "100"});
  table.add({"only"});
  EXPECT_EQ(table.text(), "  µ       1\n  abc   100\n  only\n");
  EXPECT_EQ(shorten("naïve text", 6), "naïve…");
  EXPECT_EQ(shorten("short", 5), "short");
}

}  // namespace
}  // namespace joulecast::report
