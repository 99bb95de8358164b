#include "report/reporting/runs_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/phrases.hpp"
#include "report/reporting/sections.hpp"

namespace joulecast::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(RunsReport, SmallSumsOfMoneyAreNotWrittenAsPowersOfTen) {
  EXPECT_EQ(money_text({7.7e-6, "EUR"}), "0.0000077 EUR");
  EXPECT_EQ(money_text({0.0999, "EUR"}), "0.100 EUR");
  EXPECT_EQ(money_text({0.84, "EUR"}), "0.84 EUR");
  EXPECT_EQ(money_text({0, "EUR"}), "0.00 EUR");
}

constexpr int gpus = 8;
constexpr int seconds = 36'000;

/// Ten hours of eight GPUs, with 400 epochs, 20,000 short windows and a forecast every ten seconds.
trace::Run long_run() {
  trace::Run run;
  run.info.id = "long";
  run.info.name = "a <b>long</b> run";
  run.span = {Seconds{0}, Seconds{seconds}};
  for (int gpu = 0; gpu < gpus; ++gpu) {
    trace::Trace power;
    power.channel.name = "gpu" + std::to_string(gpu);
    power.channel.component = trace::Component::gpu;
    power.channel.device = std::to_string(gpu);
    auto busy = power;
    busy.channel.name += "_utilisation";
    busy.channel.quantity = trace::Quantity::utilisation;
    for (int t = 0; t <= seconds; ++t) {
      power.times.push_back(t);
      power.values.push_back(300 + (t * 7919 + gpu) % 97);
      busy.times.push_back(t);
      busy.values.push_back(0.5 + 0.004 * (t % 100));
    }
    run.traces.push_back(std::move(power));
    run.traces.push_back(std::move(busy));
  }
  for (int i = 0; i < 400; ++i) {
    trace::Epoch epoch;
    epoch.index = i + 1;
    epoch.span = {Seconds{90.0 * i}, Seconds{90.0 * i + 80}};
    epoch.metrics["val_accuracy"] = 0.9 - 1.0 / (i + 2) - (i > 200 ? 0.0001 * i : 0);
    run.epochs.push_back(epoch);
  }
  for (int i = 0; i < 20'000; ++i)
    run.windows.push_back({"checkpoint", {Seconds{1.8 * i}, Seconds{1.8 * i + 0.5}}});
  for (int i = 1; i <= 3600; ++i)
    run.projections.push_back(
        {Seconds{10.0 * i}, i / 3600.0, "adaptive", Joules{1e8}, Joules{9e7}, Joules{1.1e8}, i > 100, false});
  return run;
}

session::RunsReport report_of(trace::Run run) {
  const auto no = [] { return fail(ErrorKind::unavailable, "", "not in this test"); };
  auto summary = session::summarise(std::move(run), {}, carbon::IntensityTable::read());
  auto power = session::power_course(summary.run, summary.energy);
  auto forecast = session::forecast_course(summary.run, summary.energy.total);
  auto epochs = session::epoch_course(summary.run, summary.epoch_energy);
  session::RunsReport report{{}, {}, {}, no(), no(), no()};
  report.runs.push_back({std::move(summary),
                         session::ProvenanceShares{1, 0, 0},
                         {},
                         std::move(power),
                         std::move(forecast),
                         std::move(epochs),
                         no()});
  return report;
}

TEST(RunsReport, ThePageOfALongRunStaysSmall) {
  const auto html = to_html(to_document(report_of(long_run())));
  EXPECT_LT(html.size(), 2'000'000u);
  EXPECT_THAT(html, HasSubstr("Power of each GPU"));
  EXPECT_THAT(html, HasSubstr(">checkpoint<"));
  EXPECT_THAT(html, HasSubstr("after the best epoch"));
  EXPECT_THAT(html, Not(HasSubstr("<b>long")));
  for (const char* no_number : {"Mnan", "Lnan", "\"nan", " nan"})
    EXPECT_THAT(html, Not(HasSubstr(no_number)));
}

TEST(RunsReport, ARunWithoutAnythingSaysWhatItLacks) {
  trace::Run run;
  run.info.id = "empty";
  const auto report = report_of(run);
  const auto text = to_text(to_document(report));
  EXPECT_THAT(text, HasSubstr("The energy is unknown"));
  EXPECT_THAT(text, HasSubstr("Epochs: the training told no epochs."));
  EXPECT_THAT(to_html(to_document(report)), Not(HasSubstr("Power over time.</strong>")));
  EXPECT_THAT(statement(report.runs.front()), HasSubstr("not known"));
  EXPECT_THAT(to_csv(report), HasSubstr("\nempty,,"));
}

TEST(RunsReport, TheIntervalSaysWhichPartsItIsOf) {
  trace::Run run;
  run.span = {Seconds{0}, Seconds{10}};
  for (const auto component : {trace::Component::gpu, trace::Component::cpu}) {
    trace::Trace power;
    power.channel.name = std::string(name_of(component));
    power.channel.component = component;
    power.channel.relative_uncertainty = component == trace::Component::cpu ? 0.6 : 0;
    power.times = {0, 5, 10};
    power.values = {100, 100, 100};
    run.traces.push_back(std::move(power));
  }
  EXPECT_THAT(to_text(to_document(report_of(run)), 1000), HasSubstr("The interval is that of cpu alone"));
  run.traces.front().channel.relative_uncertainty = 0.05;
  EXPECT_THAT(to_text(to_document(report_of(run)), 1000), Not(HasSubstr("alone: what reads")));
}

TEST(RunsReport, ANameSteersNeitherATerminalNorTheOrderOfLetters) {
  trace::Run run;
  run.info.id = "x";
  run.info.name = "\x1b[31mred \u202egnp.exe";
  const auto report = report_of(run);
  for (const auto& text : {to_csv(report), to_html(to_document(report)), to_text(to_document(report))}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\u202e")));
    EXPECT_THAT(text, HasSubstr("gnp.exe"));
  }
}

TEST(RunsReport, WhatWasNotMeasuredIsNotSaidToBeFilled) {
  trace::Run run;
  run.span = {Seconds{0}, Seconds{100}};
  for (const auto component : {trace::Component::gpu, trace::Component::cpu}) {
    trace::Trace power;
    power.channel.name = std::string(name_of(component));
    power.channel.component = component;
    for (int t = 0; t <= (component == trace::Component::gpu ? 100 : 40); ++t) {
      power.times.push_back(t);
      power.values.push_back(100);
    }
    run.traces.push_back(std::move(power));
  }
  const auto text = to_text(to_document(report_of(run)), 1000);
  EXPECT_THAT(text,
              HasSubstr("1 min 00 s in which nothing measured a part of it are not counted for that part."));
  EXPECT_THAT(text, Not(HasSubstr("are filled")));
}

TEST(RunsReport, AFormulaInANameStaysAText) {
  trace::Run run;
  run.info.id = "x";
  run.info.name = "=HYPERLINK(1)";
  EXPECT_THAT(to_csv(report_of(run)), HasSubstr("x,'=HYPERLINK(1),"));
}

}  // namespace
}  // namespace joulecast::report
