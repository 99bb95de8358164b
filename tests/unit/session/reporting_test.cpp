#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "session/reporting/report_runs.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {

using ::testing::DoubleNear;

/// Ten minutes of two GPUs, one reading a second: the first at 100 W, the second at 50 W.
trace::Run two_gpus() {
  trace::Run run;
  run.info.id = "two";
  run.span = {Seconds{0}, Seconds{600}};
  for (int gpu = 0; gpu < 2; ++gpu) {
    trace::Trace power;
    power.channel.name = "gpu" + std::to_string(gpu) + "_power";
    power.channel.component = trace::Component::gpu;
    power.channel.device = std::to_string(gpu);
    auto utilisation = power;
    utilisation.channel.name = "gpu" + std::to_string(gpu) + "_utilisation";
    utilisation.channel.quantity = trace::Quantity::utilisation;
    for (int t = 0; t <= 600; ++t) {
      power.times.push_back(t);
      power.values.push_back(gpu == 0 ? 100 : 50);
      utilisation.times.push_back(t);
      utilisation.values.push_back(t < 300 ? 0.05 : 0.95);
    }
    run.traces.push_back(std::move(power));
    run.traces.push_back(std::move(utilisation));
  }
  return run;
}

void add_epoch(trace::Run& run, double accuracy) {
  const auto n = static_cast<double>(run.epochs.size());
  trace::Epoch epoch;
  epoch.index = static_cast<int>(run.epochs.size());
  epoch.span = {Seconds{100 * n}, Seconds{100 * (n + 1)}};
  epoch.metrics = {{"val_accuracy", accuracy}, {"loss", 1 - accuracy}, {"lr", 0.1}};
  run.epochs.push_back(epoch);
}

TEST(PowerCourse, StepsAddUpToTheEnergy) {
  const auto run = two_gpus();
  const auto energy = trace::energy_of(run);
  const auto course = power_course(run, energy, 60);
  ASSERT_TRUE(course);
  ASSERT_EQ(course->steps(), 60u);
  const double joules = std::accumulate(course->mean.begin(), course->mean.end(), 0.0) * 10;
  EXPECT_NEAR(joules, energy.total->value(), 1e-6);
}

TEST(PowerCourse, KeepsAPeakThatIsMuchShorterThanAStep) {
  auto run = two_gpus();
  run.traces[0].values[123] = 900;
  const auto course = power_course(run, trace::energy_of(run), 20);
  ASSERT_TRUE(course);
  EXPECT_GT(*std::ranges::max_element(course->high),
            490);  // the total's, a mean of a second before the reading
  EXPECT_LT(*std::ranges::max_element(course->mean), 200);
}

TEST(PowerCourse, FewReadingsLeaveNoHolesInTheHighest) {
  auto run = two_gpus();
  for (auto& trace : run.traces) {  // a reading every 40 s
    trace.times = {0, 40, 80, 120, 160, 200, 240, 280, 320, 360, 400, 440, 480, 520, 560, 600};
    trace.values.resize(trace.times.size());
  }
  const auto course = power_course(run, trace::energy_of(run), 60);
  ASSERT_TRUE(course);
  for (std::size_t i = 0; i < course->steps(); ++i) {
    EXPECT_GE(course->high[i], course->mean[i]);
    EXPECT_LE(course->low[i], course->mean[i]);
  }
}

/// Some readings lie on the edges of steps, some steps have none, and each reading tells of the time before
/// it.
TEST(PowerCourse, ExtremesAreThoseOfTheReadingsThatMeetAStep) {
  auto run = two_gpus();
  run.traces.resize(1);
  auto& [channel, times, values, gaps] = run.traces[0];
  times.clear();
  values.clear();
  double time = 0;
  for (int i = 0; time <= 600; time += (i % 7) * 0.5 + (i % 50 == 0 ? 17 : 0.25), ++i) {
    times.push_back(time);
    values.push_back(100 + (i * 37) % 101);
  }
  for (const auto& [from, to, most] : {std::tuple{0.0, 600.0, 60}, std::tuple{10.0, 130.0, 240}}) {
    const auto course = power_course(power_history(run), {Seconds{from}, Seconds{to}}, most);
    ASSERT_TRUE(course);
    for (std::size_t step = 0; step < course->steps(); ++step) {
      double low = course->mean[step], high = low;
      for (std::size_t i = 1; i < times.size(); ++i)
        if (times[i - 1] < course->edges[step + 1] && times[i] > course->edges[step]) {
          low = std::min(low, values[i]);
          high = std::max(high, values[i]);
        }
      EXPECT_EQ(course->low[step], low) << step;
      EXPECT_EQ(course->high[step], high) << step;
      EXPECT_EQ(course->devices[0].high[step], high) << step;
    }
  }
}

TEST(PowerCourse, DevicesAreInTheOrderOfTheirNumbers) {
  auto run = two_gpus();
  run.traces[0].channel.device = "10";
  run.traces[2].channel.device = "2";
  const auto course = power_course(run, trace::energy_of(run), 20);
  ASSERT_EQ(course->devices.size(), 2u);
  EXPECT_EQ(course->devices[0].device, "2");
  EXPECT_EQ(course->devices[1].device, "10");
}

TEST(PowerCourse, OfAPartHasItsOwnSteps) {
  auto run = two_gpus();
  run.traces[0].values[123] = 900;
  const auto history = power_history(run);
  const auto part = power_course(history, {Seconds{100}, Seconds{200}}, 10);
  ASSERT_TRUE(part);
  ASSERT_EQ(part->steps(), 10u);
  EXPECT_EQ(part->edges.front(), 100);
  EXPECT_EQ(part->edges.back(), 200);
  EXPECT_GT(part->high[2], 490);
  EXPECT_LT(part->high[5], 490);
  EXPECT_EQ(part->devices[0].high[2], 900);
  const auto whole = power_course(history, history.run.span, 6);
  ASSERT_TRUE(whole);
  EXPECT_NEAR(whole->mean[1], std::accumulate(part->mean.begin(), part->mean.end(), 0.0) / 10, 1e-9);
  // What lies outside the run has no steps.
  EXPECT_EQ(power_course(history, {Seconds{-50}, Seconds{50}}, 10)->edges.front(), 0);
  for (const auto& [from, to, field] : {std::tuple{600.0, 700.0, "from"}, std::tuple{200.0, 200.0, "to"},
                                        std::tuple{300.0, 200.0, "to"}, std::tuple{-20.0, -10.0, "to"}}) {
    const auto refused = power_course(history, {Seconds{from}, Seconds{to}}, 10);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, field);
  }
}

TEST(PowerCourse, AReadingThatCameEarlyIsNoPeakOfACounter) {
  // A counter that is renewed every 100 ms by 20 J, at 200 W, and is read 20 ms late and then early.
  trace::Run run;
  run.span = {Seconds{0}, Seconds{20}};
  trace::Trace counter;
  counter.channel.name = "gpu0_energy";
  counter.channel.quantity = trace::Quantity::energy;
  counter.channel.behaviour = trace::Behaviour::counter;
  counter.channel.component = trace::Component::gpu;
  counter.channel.update_period = Seconds{0.1};
  for (int i = 0; i <= 200; ++i) {
    const double time = i * 0.1 + (i % 10 == 3 ? 0.049 : i % 10 == 4 ? -0.04 : 0.001);
    counter.times.push_back(time);
    counter.values.push_back(20 * std::floor(time / 0.1));
  }
  run.traces.push_back(counter);
  const auto course = power_course(run, trace::energy_of(run), 600);
  ASSERT_TRUE(course);
  for (const auto* high : {&course->high, &course->devices[0].high})
    EXPECT_LT(*std::ranges::max_element(*high), 245) << "one renewal more in ten, in a step of two readings";
  for (std::size_t i = 0; i < course->steps(); ++i) EXPECT_GE(course->high[i], course->mean[i]);
}

TEST(PowerCourse, AGapIsUnknownAndNotZero) {
  auto run = two_gpus();
  run.traces[0].gaps = {{Seconds{200}, Seconds{300}}};
  const auto course = power_course(run, trace::energy_of(run), 60);
  ASSERT_TRUE(course);
  EXPECT_TRUE(std::isnan(course->mean[25]));
  EXPECT_FALSE(std::isnan(course->mean[35]));
  ASSERT_EQ(course->gaps.size(), 1u);
  EXPECT_EQ(course->gaps.front(), (trace::Span{Seconds{200}, Seconds{300}}));
}

TEST(Throttling, IsToldByDeviceAndReasonWithItsTime) {
  auto run = two_gpus();
  trace::Trace hot;
  hot.channel.name = "gpu0_throttled_by_heat";
  hot.channel.component = trace::Component::gpu;
  hot.channel.device = "0";
  hot.channel.quantity = trace::Quantity::throttled_by_heat;
  for (int t = 0; t <= 600; ++t) {
    hot.times.push_back(t);
    hot.values.push_back(t > 100 && t <= 160 ? 1 : 0);
  }
  hot.values[400] = 1;
  hot.gaps = {{Seconds{110}, Seconds{120}}};
  run.traces.push_back(hot);
  auto told = throttling_of(run, run.span, Seconds{0});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].device, "0");
  EXPECT_EQ(told[0].reason, trace::Quantity::throttled_by_heat);
  EXPECT_EQ(told[0].observed, Seconds{590}) << "nothing is known of the gap";
  EXPECT_EQ(told[0].time, Seconds{51});
  EXPECT_THAT(told[0].spans, ::testing::ElementsAre(trace::Span{Seconds{100}, Seconds{110}},
                                                    trace::Span{Seconds{120}, Seconds{160}},
                                                    trace::Span{Seconds{399}, Seconds{400}}));
  told = throttling_of(run, {Seconds{105.5}, Seconds{125}}, Seconds{20});
  EXPECT_THAT(told[0].spans, ::testing::ElementsAre(trace::Span{Seconds{105.5}, Seconds{125}}));
  EXPECT_EQ(told[0].time, Seconds{9.5});
  EXPECT_EQ(power_course(run, trace::energy_of(run), 60)->throttling.size(), 1u);
}

TEST(Throttling, OfDevicesThatDoNotTellItIsNotToldAsNone) {
  const auto run = two_gpus();
  EXPECT_TRUE(throttling_of(run, run.span, Seconds{0}).empty());
}

/// A training that says all that predictions need.
trace::Run described() {
  auto run = two_gpus();
  run.info.training.architecture = "resnet50";
  run.info.training.gpu = "NVIDIA GeForce RTX 3090";
  run.info.training.gpu_count = 2;
  run.info.training.batch_size = 64;
  run.info.training.train_samples = 100'000;
  run.info.training.epochs = 2;
  return run;
}

TEST(OtherChoices, ArePredictionsOfTheSameWork) {
  const auto run = described();
  const auto choices = other_choices(run, trace::energy_of(run), {});
  ASSERT_TRUE(choices) << to_string(choices.error());
  EXPECT_TRUE(choices->work_is_known);
  EXPECT_EQ(choices->measured, Joules{90'000});
  const auto& own = choices->as_it_ran;
  EXPECT_EQ(own.training.train_samples, 200'000);
  ASSERT_TRUE(own.total_energy_j);
  EXPECT_GE(choices->gpus.size(), 5u);
  for (const auto& other : choices->gpus) {
    EXPECT_NE(other.training.gpu, own.training.gpu);
    EXPECT_EQ(other.training.batch_size, 64);
    EXPECT_EQ(other.training.train_samples, 200'000);
  }
  ASSERT_EQ(choices->batches.size(), 4u);
  for (const auto& other : choices->batches) EXPECT_NE(other.training.batch_size, 64);
  ASSERT_EQ(choices->power_limits.size(), 5u) << "50 to 90 % of the board's; 100 % is the run's own";
  for (const auto& other : choices->power_limits) {
    EXPECT_LT(*other.training.gpu_power_limit_w, *own.training.gpu_power_limit_w);
    EXPECT_EQ(other.training.gpu, own.training.gpu);
  }
}

TEST(OtherChoices, OfUnknownWorkAreOfAMillionSamplesAndHaveNoMeasuredFigure) {
  auto run = described();
  run.info.training.train_samples.reset();
  const auto choices = other_choices(run, trace::energy_of(run), {});
  ASSERT_TRUE(choices);
  EXPECT_FALSE(choices->work_is_known);
  EXPECT_EQ(choices->measured, std::nullopt);
  EXPECT_EQ(choices->as_it_ran.training.train_samples, samples_if_unknown);
  EXPECT_TRUE(choices->as_it_ran.total_energy_j);
}

TEST(OtherChoices, OfAnUnfinishedRunAreNotHeldAgainstItsEnergy) {
  auto run = described();
  run.status = trace::RunStatus::failed;
  EXPECT_EQ(other_choices(run, trace::energy_of(run), {})->measured, std::nullopt);
}

TEST(OtherChoices, WithoutANetworkAGpuOrABatchSayWhatToGive) {
  const std::pair<void (*)(trace::TrainingDescription&), const char*> cases[] = {
      {[](auto& training) { training.architecture.clear(); }, "--model NETWORK"},
      {[](auto& training) { training.architecture = "/etc/passwd"; }, "--model NETWORK"},
      {[](auto& training) { training.gpu.clear(); }, "names no GPU"},
      {[](auto& training) { training.batch_size.reset(); }, "batch size"}};
  for (const auto& [forget, word] : cases) {
    auto run = described();
    forget(run.info.training);
    const auto choices = other_choices(run, trace::energy_of(run), {});
    ASSERT_FALSE(choices);
    EXPECT_THAT(choices.error().message, ::testing::HasSubstr(word));
  }
}

TEST(OtherChoices, AreOfWhatTheReaderNames) {
  auto run = described();
  run.info.training.architecture.clear();
  const auto choices =
      other_choices(run, trace::energy_of(run), {.network = "vgg16", .gpus = {"A100-SXM4-80GB"}});
  ASSERT_TRUE(choices) << to_string(choices.error());
  EXPECT_EQ(choices->as_it_ran.training.architecture, "vgg16");
  ASSERT_EQ(choices->gpus.size(), 1u);
  EXPECT_EQ(choices->gpus[0].training.gpu, "A100-SXM4-80GB");
}

TEST(PowerCourse, OfARunWithoutTracesIsUnavailable) {
  trace::Run run;
  run.span = {Seconds{0}, Seconds{10}};
  const auto course = power_course(run, trace::energy_of(run));
  ASSERT_FALSE(course);
  EXPECT_EQ(course.error().kind, ErrorKind::unavailable);
}

TEST(PowerCourse, TellsHowBusyTheGpusWere) {
  const auto run = two_gpus();
  const auto course = power_course(run, trace::energy_of(run), 60);
  ASSERT_TRUE(course);
  const auto shares = energy_by_utilisation(*course);
  ASSERT_EQ(shares.size(), 4u);
  EXPECT_NEAR(shares.front().energy.value(), 45'000, 1500);  // half of 90 kJ
  EXPECT_NEAR(shares.back().energy.value(), 45'000, 1500);
  EXPECT_NEAR(shares.back().time.value(), 600, 20);  // of two GPUs
}

TEST(PowerCourse, ImbalanceIsThatOfTheBusiestGpu) {
  const auto imbalance = imbalance_of(trace::energy_of(two_gpus()));
  ASSERT_TRUE(imbalance);
  EXPECT_NEAR(*imbalance, 100.0 / 75 - 1, 1e-9);
}

TEST(EpochCourse, FindsWhatWasSpentAfterTheBestEpoch) {
  auto run = two_gpus();
  for (const double accuracy : {0.5, 0.8, 0.9, 0.85, 0.9, 0.88}) add_epoch(run, accuracy);
  const auto course = epoch_course(run, trace::epoch_energies(run));
  ASSERT_TRUE(course);
  ASSERT_TRUE(course->metric);
  EXPECT_EQ(course->metric->name, "val_accuracy");
  EXPECT_FALSE(course->metric->lower_is_better);
  EXPECT_EQ(course->best, 2u);  // the first of two equals
  ASSERT_TRUE(course->after_best_share);
  EXPECT_NEAR(*course->after_best_share, 0.5, 1e-9);
}

TEST(EpochCourse, AnUnknownEnergyLeavesTheShareUnknown) {
  auto run = two_gpus();
  for (const double accuracy : {0.5, 0.4}) add_epoch(run, accuracy);
  const auto course = epoch_course(run, {Joules{1}, std::nullopt});
  ASSERT_TRUE(course);
  EXPECT_EQ(course->best, 0u);
  EXPECT_FALSE(course->after_best);
  EXPECT_FALSE(course->after_best_share);
}

TEST(EpochCourse, OfALossTheLowestIsBest) {
  auto run = two_gpus();
  for (const double accuracy : {0.5, 0.9, 0.8}) add_epoch(run, accuracy);
  const auto course = epoch_course(run, trace::epoch_energies(run), "loss");
  ASSERT_TRUE(course);
  EXPECT_TRUE(course->metric->lower_is_better);
  EXPECT_EQ(course->best, 1u);
}

TEST(EpochCourse, NamesTheFieldOfAMetricThatIsNotThere) {
  auto run = two_gpus();
  add_epoch(run, 0.5);
  const auto course = epoch_course(run, trace::epoch_energies(run), "f1");
  ASSERT_FALSE(course);
  EXPECT_EQ(course.error().where, "metric");
  EXPECT_FALSE(epoch_course(two_gpus(), {}));
}

TEST(EpochCourse, KnowsLossesByTheirNames) {
  for (const char* loss : {"loss", "val_loss", "Perplexity", "eval_wer", "rmse", "top1_error"})
    EXPECT_TRUE(is_a_loss(loss)) << loss;
  for (const char* other : {"accuracy", "val_f1", "bleu", "power", "answered"})
    EXPECT_FALSE(is_a_loss(other)) << other;
}

TEST(Report, ReadsAPriceWithAndWithoutItsCurrency) {
  EXPECT_EQ(parse_price("0.25")->amount, 0.25);
  EXPECT_EQ(parse_price(" 0.25 EUR ")->currency, "EUR");
  EXPECT_EQ(parse_price("3€")->currency, "€");
  for (const char* text : {"", "much", "-1", "0,25", "1 2", "nan", "0.25 euros of the year"})
    EXPECT_FALSE(parse_price(text)) << text;
}

class ReportOfAStore : public ::testing::Test {
 protected:
  testing::TemporaryDirectory folder_;
  std::string path_ = (folder_.path() / "runs.db").string();

  void store(trace::Run run) {
    auto opened = store::RunStore::open(path_);
    ASSERT_TRUE(opened);
    ASSERT_TRUE((*opened)->import_run(run));
  }
  /// A finished run on "here" with forecasts that are off by `error`, and whose intervals are 10 % wide.
  void store_forecaster(const std::string& id, double error) {
    auto run = two_gpus();
    run.info.id = id;
    run.host.hostname = "here";
    const double truth = 90'000;
    for (const double share : {0.1, 0.3, 0.5, 0.8}) {
      const double total = truth * (1 + error);
      run.projections.push_back({Seconds{600 * share}, share, "adaptive", Joules{total}, Joules{total * 0.9},
                                 Joules{total * 1.1}, share >= 0.5, false});
    }
    store(std::move(run));
  }
};

TEST_F(ReportOfAStore, TellsHowRightForecastsWere) {
  store_forecaster("good", 0.02);
  store_forecaster("bad", -0.3);
  const auto report = report_runs({.store = path_, .runs = {"good"}, .price = "0.5 EUR"});
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->record);
  EXPECT_EQ(report->record->runs, 2u);
  ASSERT_EQ(report->record->at.size(), 4u);
  EXPECT_THAT(report->record->at[2].median_error, DoubleNear(0.16, 1e-9));
  EXPECT_THAT(report->record->at[2].worst_error, DoubleNear(0.3, 1e-9));
  EXPECT_EQ(report->record->at[2].inside, 1u);
  ASSERT_TRUE(report->record->ready);
  EXPECT_THAT(report->record->ready->share, DoubleNear(0.5, 1e-9));

  const auto& run = report->runs.front();
  EXPECT_THAT(run.money->amount, DoubleNear(0.025 * 0.5, 1e-9));
  EXPECT_EQ(run.shares->measured, 1);
  ASSERT_TRUE(run.forecast);
  EXPECT_FALSE(run.forecast->replayed);
  EXPECT_FALSE(report->comparison);  // there is one run only
}

TEST_F(ReportOfAStore, FindsWhenTheBudgetWasUsedUp) {
  store_forecaster("one", 0);
  const auto report = report_runs({.store = path_, .budget = "45kJ"});
  ASSERT_TRUE(report) << report.error().message;
  const auto& spent = report->runs.front().spent;
  ASSERT_TRUE(spent);
  EXPECT_THAT(*spent->budget_reached, DoubleNear(300, 1.01));
  EXPECT_THAT(spent->joules.back(), DoubleNear(90'000, 1e-6));
}

TEST_F(ReportOfAStore, ComparesGroupsOfRunsAndTheirCorrectness) {
  for (int i = 0; i < 6; ++i) {
    auto run = two_gpus();
    run.info.id = "run" + std::to_string(i);
    run.info.name = i < 3 ? "small" : "large";
    for (auto& trace : run.traces)
      if (trace.channel.quantity == trace::Quantity::power)
        for (double& watts : trace.values) watts *= (i < 3 ? 1 : 2) + 0.01 * i;
    for (const double accuracy : {0.5, 0.7 + 0.01 * i}) add_epoch(run, accuracy);
    store(std::move(run));
  }
  ReportRequest request;
  request.store = path_;
  for (int i = 0; i < 6; ++i) request.runs.push_back("run" + std::to_string(i));
  const auto report = report_runs(request);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->comparison) << report->comparison.error().message;
  EXPECT_EQ(report->comparison->group, "name");
  EXPECT_EQ(report->comparison->overall.groups.front().name, "small");
  ASSERT_TRUE(report->tradeoff) << report->tradeoff.error().message;
  EXPECT_EQ(report->tradeoff->options.quality, "val_accuracy");
  EXPECT_EQ(report->tradeoff->overview.front.size(), 2u);
}

TEST_F(ReportOfAStore, RefusesTheSameRunTwiceAndNamesBadFields) {
  store_forecaster("one", 0);
  EXPECT_FALSE(report_runs({.store = path_, .runs = {"one", "one"}}));
  EXPECT_EQ(report_runs({.store = path_, .price = "free"}).error().where, "price");
  EXPECT_EQ(report_runs({.store = path_, .budget = "2"}).error().where, "budget");
}

}  // namespace
}  // namespace joulecast::session
