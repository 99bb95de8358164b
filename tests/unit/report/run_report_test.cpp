#include "report/run_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/run_json.hpp"
#include "report/run_text.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

trace::Trace steady(const std::string& name, trace::Component component, const std::string& device,
                    double watts, double seconds) {
  trace::Trace trace;
  trace.channel.name = name;
  trace.channel.component = component;
  trace.channel.device = device;
  for (int i = 0; i <= static_cast<int>(seconds); ++i) {
    trace.times.push_back(i);
    trace.values.push_back(watts);
  }
  return trace;
}

/// 100 s: GPU 250 W measured, CPU 50 W modelled, memory not known. By hand: 25 kJ, 5 kJ, 30 kJ in all.
trace::Run hundred_seconds() {
  trace::Run run;
  run.info.id = "20260101-000000-aaaa";
  run.info.name = "digits";
  run.info.training.gpu = "RTX 3090";
  run.exit_status = 0;
  run.started = WallTime{1'767'225'600'000'000'000};
  run.span = {Seconds{0}, Seconds{100}};
  run.command = {"python", "train.py", "--text", "a b\n\x1b[31m"};
  run.traces = {steady("gpu0_power", trace::Component::gpu, "0", 250, 100),
                steady("cpu_power", trace::Component::cpu, "", 50, 100)};
  run.traces[1].channel.provenance = Provenance::modelled;
  run.traces[1].channel.relative_uncertainty = 0.4;
  auto use = steady("gpu0_util", trace::Component::gpu, "0", 0.9, 100);
  use.channel.quantity = trace::Quantity::utilisation;
  run.traces.push_back(use);
  for (int e = 0; e < 2; ++e) {
    trace::Epoch epoch;
    epoch.index = e + 1;
    epoch.span = {Seconds{e * 50.0}, Seconds{(e + 1) * 50.0}};
    epoch.metrics = {{"accuracy", 0.5 + 0.25 * e}, {"loss", e == 0 ? std::nan("") : 0.125}};
    run.epochs.push_back(epoch);
  }
  run.projections = {{Seconds{50}, 0.5, "adaptive", Joules{33'000}, Joules{28'000}, Joules{36'000}, true},
                     {Seconds{10}, 0.1, "first-epoch", Joules{60'000}, std::nullopt, std::nullopt, false}};
  run.sensors = {{"nvml", true, "", 101, 1, Seconds{0.001}, Seconds{0.004}},
                 {"powercap", false, "not used: powercap", 0, 0, Seconds{0}, Seconds{0}}};
  run.notes = {"the clock was stepped by 3 s"};
  run.idle_baseline = Watts{80};
  run.sampler_cpu = Seconds{0.05};
  return run;
}

RunReport report_of(trace::Run run, const Place& place = {}) {
  return make_run_report(
      std::move(run), place,
      carbon::IntensityTable::read(std::filesystem::path(JOULECAST_SOURCE) / "data/carbon"));
}

Place own_intensity() {
  Place request;
  request.intensity_g_per_kwh = 360;
  request.pue = 1.5;
  return request;
}

TEST(RunReport, FiguresAreThoseCountedByHand) {
  const auto report = report_of(hundred_seconds(), own_intensity());
  EXPECT_NEAR(report.energy.total->value(), 30'000, 1e-6);
  EXPECT_NEAR(report.mean_power->value(), 300, 1e-6);
  EXPECT_NEAR(report.epoch_energy[1]->value(), 15'000, 1e-6);
  EXPECT_NEAR(report.idle->baseline.value(), 8'000, 1e-6);
  EXPECT_NEAR(report.idle->net.value(), 22'000, 1e-6);
  EXPECT_NEAR(report.carbon.mass->value(), 30'000 / 3.6e6 * 1.5 * 360, 1e-9);  // 4.5 g
  EXPECT_NEAR(*projection_error(report, report.run.projections[0]), 10, 1e-6);
  ASSERT_EQ(report.means.size(), 1u);
  EXPECT_NEAR(report.means[0].mean, 0.9, 1e-12);
}

TEST(RunReport, AProjectionHasNoErrorBeforeTheEnd) {
  auto run = hundred_seconds();
  run.status = trace::RunStatus::interrupted;
  const auto report = report_of(run);
  EXPECT_EQ(projection_error(report, report.run.projections[0]), std::nullopt);
}

TEST(RunReport, WithoutAMeterNothingIsZero) {
  auto run = hundred_seconds();
  run.traces.clear();
  const auto report = report_of(run, own_intensity());
  EXPECT_FALSE(report.energy.total || report.mean_power || report.idle || report.carbon.mass);
  const auto json = to_json(report);
  EXPECT_TRUE(json["energy_j"]["total"].is_null());
  EXPECT_TRUE(json["carbon"]["emissions_g"].is_null());
  EXPECT_TRUE(json["epochs"][0]["energy_j"].is_null());
  const auto text = to_text(report);
  EXPECT_THAT(text, HasSubstr("unknown"));
  EXPECT_THAT(text, Not(HasSubstr(" 0.00 J")));
}

TEST(RunJson, HasThePromisedKeysAndUnknownIsNull) {
  const auto json = to_json(report_of(hundred_seconds()));
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

TEST(RunText, SaysEverythingAndWhatIsMissing) {
  const auto text = to_text(report_of(hundred_seconds(), own_intensity()));
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
  const auto text = epochs_text(report_of(run));
  EXPECT_THAT(text, HasSubstr("Epochs   100, some left out"));
  EXPECT_THAT(text, HasSubstr("\n     12 "));
  EXPECT_THAT(text, Not(HasSubstr("\n     13 ")));
  EXPECT_THAT(text, HasSubstr("\n    100 "));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 1 + 1 + 24 + 1);  // blank, head, header, epochs, the gap
}

TEST(RunText, AFailedRunTellsItsExitStatus) {
  auto run = hundred_seconds();
  run.status = trace::RunStatus::failed;
  run.exit_status = 3;
  EXPECT_EQ(status_text(run), "failed, exit status 3");
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
