#include "formats/run_bundle.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <cmath>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"

namespace joulecast::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;
using trace::Behaviour;
using trace::Component;
using trace::Quantity;

const trace::Trace* find(const trace::Run& run, const std::string& name) {
  for (const auto& trace : run.traces)
    if (trace.channel.name == name) return &trace;
  return nullptr;
}

constexpr auto minimal = R"({"id": "r1", "source": "test"})";

TEST(RunBundle, ReadsKnownKeysAndKeepsUnknownOnes) {
  const TemporaryDirectory folder;
  folder.write("run.json",
               R"({"id":"a-1","source":"lab","gpu":"RTX 3090","gpu_count":2,"nodes":1,"stream":"AC",
    "image_size":[128,96,3],"batch_size":32,"train_samples":23807,"gflops_forward_per_sample":0.064,"total_work":94,
    "work_unit":"epoch","run_start_s":1.5,"run_stop_s":9.25,"status":"success","quality":{"accuracy":0.97,"f1":null},
    "epoch_bounds":"not recorded","optimizer":"adam","precision":{"mixed":true},"nested":{"deep":[1,2]}})");
  const auto run = read_run_bundle(folder.path());
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(run->info.id, "a-1");
  EXPECT_EQ(run->info.training.gpu_count, 2);
  EXPECT_EQ(run->info.stream, "AC");
  EXPECT_THAT(run->info.training.image_size, ElementsAre(128, 96, 3));
  EXPECT_EQ(run->info.total_work, 94.0);
  EXPECT_EQ(run->info.training.params, std::nullopt);
  EXPECT_EQ(run->info.quality, (std::map<std::string, double>{{"accuracy", 0.97}}));
  EXPECT_EQ(run->span, (trace::Span{Seconds{1.5}, Seconds{9.25}}));
  EXPECT_FALSE(run->info.epoch_bounds_recorded);
  EXPECT_EQ(run->status, trace::RunStatus::finished);
  EXPECT_EQ(run->info.extra_json, R"({"precision":{"mixed":true},"nested":{"deep":[1,2]}})");
  EXPECT_EQ(run->info.training.optimizer, "adam");
}

TEST(RunBundle, ColumnsBecomeChannelsInBaseUnits) {
  const TemporaryDirectory folder;
  folder.write("run.json", minimal);
  folder.write("power.csv",
               "time_s,gpu1_w,gpu1_energy_j,gpu1_util_pct,gpu1_mem_util_pct,gpu1_mem_mib,gpu1_temp_c,cpu0_w,"
               "dram0_w,node_w\n"
               "-1,10,100,37,12,2,40,5,1,30\n"
               "1,20,130,38,13,4,41,6,2,40\n");
  folder.write("host.csv", "time_s,process_cpu_pct,process_rss_mb\n0.5,12.5,1.5\n");
  const auto run = read_run_bundle(folder.path());
  ASSERT_TRUE(run) << to_string(run.error());
  ASSERT_EQ(run->traces.size(), 11u);
  const auto* energy = find(*run, "gpu1_energy");
  ASSERT_NE(energy, nullptr);
  EXPECT_EQ(energy->channel.behaviour, Behaviour::counter);
  EXPECT_EQ(energy->channel.component, Component::gpu);
  EXPECT_EQ(energy->channel.device, "1");
  EXPECT_THAT(energy->values, ElementsAre(0, 30));  // joules since the first reading
  EXPECT_THAT(find(*run, "gpu1_utilisation")->values, ElementsAre(0.37, 0.38));
  EXPECT_EQ(find(*run, "gpu1_memory_utilisation")->channel.quantity, Quantity::memory_utilisation);
  EXPECT_THAT(find(*run, "gpu1_memory")->values, ElementsAre(2097152, 4194304));
  EXPECT_THAT(find(*run, "node_power")->times, ElementsAre(-1, 1));
  EXPECT_EQ(find(*run, "node_power")->channel.component, Component::node);
  EXPECT_THAT(find(*run, "process_cpu")->values, ElementsAre(0.125));
  EXPECT_THAT(find(*run, "process_memory")->values, ElementsAre(1.5e6));
  EXPECT_EQ(run->span, (trace::Span{Seconds{0}, Seconds{1}}));
}

TEST(RunBundle, AnEmptyCellIsAGapAndNotZero) {
  const TemporaryDirectory folder;
  folder.write("run.json", minimal);
  folder.write("power.csv", "time_s,gpu0_w,cpu0_w\n0,,1\n1,100,1\n2,,1\n3,,1\n4,140,\n5,,\n");
  const auto run = read_run_bundle(folder.path());
  ASSERT_TRUE(run) << to_string(run.error());
  const auto* gpu = find(*run, "gpu0_power");
  EXPECT_THAT(gpu->times, ElementsAre(1, 4));
  EXPECT_THAT(gpu->values, ElementsAre(100, 140));
  EXPECT_THAT(gpu->gaps, ElementsAre(trace::Span{Seconds{0}, Seconds{1}}, trace::Span{Seconds{1}, Seconds{4}},
                                     trace::Span{Seconds{4}, Seconds{5}}));
  EXPECT_THAT(find(*run, "cpu0_power")->gaps, ElementsAre(trace::Span{Seconds{3}, Seconds{5}}));
}

TEST(RunBundle, ASilenceIsAGapOfAGaugeAndNotOfACounter) {
  const TemporaryDirectory folder;
  folder.write("run.json", R"({"id":"gap","run_start_s":0,"run_stop_s":1000})");
  std::string text = "time_s,gpu0_w,gpu1_energy_j\n", early = "time_s,gpu0_w\n0,100\n1,100\n801,100\n";
  for (int i = 0; i < 1000; ++i)
    if (i < 100 || i >= 900) text += fmt::format("{},100,{}\n", i, 100 * i);
  for (int i = 802; i < 900; ++i) early += fmt::format("{},100\n", i);
  folder.write("power.csv", text);
  const auto run = read_run_bundle(folder.path());
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_THAT(find(*run, "gpu0_power")->gaps, ElementsAre(trace::Span{Seconds{99}, Seconds{900}}));
  EXPECT_TRUE(find(*run, "gpu1_energy")->gaps.empty());
  EXPECT_DOUBLE_EQ(trace::energy_of(*run).total.value_or(Joules{0}).value(), 2 * 99 * 100 + 999 * 100);
  folder.write("power.csv", early);
  const auto begins_early = read_run_bundle(folder.path());
  ASSERT_TRUE(begins_early) << to_string(begins_early.error());
  EXPECT_THAT(find(*begins_early, "gpu0_power")->gaps, ElementsAre(trace::Span{Seconds{1}, Seconds{801}}));
}

TEST(RunBundle, NodesHaveOneFileEach) {
  const TemporaryDirectory folder;
  folder.write("run.json", R"({"id":"n","run_start_s":0,"run_stop_s":2})");
  folder.write("power-node_0.csv", "time_s,node_w\n-1,100\n3,100\n");
  folder.write("power-node_1.csv", "time_s,node_w\r\n-0.5,50\r\n2.5,50\r\n");
  const auto run = read_run_bundle(folder.path());
  ASSERT_TRUE(run) << to_string(run.error());
  ASSERT_EQ(run->traces.size(), 2u);
  EXPECT_EQ(find(*run, "node_1/node_power")->channel.node, "node_1");
  EXPECT_NEAR(trace::energy_of(*run).total->value(), 300, 1e-9);
}

TEST(RunBundle, EpochsKeepWorkAndEnergy) {
  const TemporaryDirectory folder;
  folder.write("run.json", minimal);
  folder.write("epochs.csv", "epoch,start_s,end_s,work,energy_j\n1,5,9,20,\n0,0,5,10,1234.5\n");
  const auto run = read_run_bundle(folder.path());
  ASSERT_TRUE(run) << to_string(run.error());
  ASSERT_EQ(run->epochs.size(), 2u);
  EXPECT_EQ(run->epochs[0].index, 0);
  EXPECT_EQ(run->epochs[0].energy, Joules{1234.5});
  EXPECT_EQ(run->epochs[1].energy, std::nullopt);
  EXPECT_EQ(run->epochs[1].work, 20.0);
  EXPECT_TRUE(run->info.epoch_bounds_recorded);
  EXPECT_EQ(run->span, (trace::Span{Seconds{0}, Seconds{9}}));
}

struct Malformed {
  const char* file;
  const char* content;
  const char* where;
  const char* reason;
};

class RunBundleMalformed : public ::testing::TestWithParam<Malformed> {};

TEST_P(RunBundleMalformed, NamesFileLineAndReason) {
  const TemporaryDirectory folder;
  folder.write("run.json", minimal);
  folder.write(GetParam().file, GetParam().content);
  const auto run = read_run_bundle(folder.path());
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().kind, ErrorKind::malformed);
  EXPECT_EQ(run.error().where, (folder.path() / GetParam().where).string());
  EXPECT_THAT(run.error().message, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Files, RunBundleMalformed,
    ::testing::Values(
        Malformed{"run.json", "{\"id\": \"x\",\n \"gpu_count\": \"two\"}", "run.json:2",
                  "gpu_count is not a number"},
        Malformed{"run.json", "{\"id\": \"x\",\n oops}", "run.json:2", "not valid JSON"},
        Malformed{"run.json", "[1]", "run.json:1", "not a JSON object"},
        Malformed{"run.json", "{\"gpu_count\": 1.5}", "run.json:1", "whole number"},
        Malformed{"power.csv", "time_s,gpu0_w\n0,1\n1,1.2.3\n", "power.csv:3", "\"1.2.3\" is not a number"},
        Malformed{"power.csv", "time_s,gpu0_w\n0,1\n1\n", "power.csv:3", "1 cells under a header of 2"},
        Malformed{"power.csv", "time_s,gpu0_w\n0,1,2\n", "power.csv:2", "3 cells under a header of 2"},
        Malformed{"power.csv", "time_s,gpu0_w\n\n5,1\n4,1\n", "power.csv:4", "time_s falls from 5 to 4"},
        Malformed{"power.csv", "time_s,gpu0_w\n,1\n", "power.csv:2", "no time"},
        Malformed{"power.csv", "time_s,gpu0_w\n0,nan\n", "power.csv:2", "not a number"},
        Malformed{"power.csv", "gpu0_w\n1\n", "power.csv:1", "no column time_s"},
        Malformed{"power.csv", "time_s,gpu0_w,gpu0_w\n0,1,1\n", "power.csv:1", "twice"},
        Malformed{"power.csv", "", "power.csv", "empty"},
        Malformed{"progress.csv", "", "progress.csv", "empty"},
        Malformed{"progress.csv", "time_s,phase\n1,a\n", "progress.csv:1",
                  "needs the columns time_s and work"},
        Malformed{"progress.csv", "time_s,work\n1,\n", "progress.csv:2", "a time and an amount of work"},
        Malformed{"progress.csv", "time_s,work\n1,-2\n", "progress.csv:2", "a time and an amount of work"},
        Malformed{"progress.csv", "time_s,work\n1,inf\n", "progress.csv:2", "a time and an amount of work"},
        Malformed{"progress.csv", "time_s,work\n1,1\n2\n", "progress.csv:3", "1 cells under a header of 2"},
        Malformed{"progress.csv", "time_s,work\n2,1\n1,2\n", "progress.csv:3", "time_s falls from 2 to 1"},
        Malformed{"progress.csv", "time_s,work\n1,5\n2,4\n", "progress.csv:3", "work falls from 5 to 4"},
        Malformed{"progress.csv", "time_s,work,phase\n1,5,\"a\n", "progress.csv:2", "quote is not closed"},
        Malformed{"epochs.csv", "epoch,start_s\n0,1\n", "epochs.csv:1", "needs the columns"},
        Malformed{"epochs.csv", "epoch,start_s,end_s\n0,5,1\n", "epochs.csv:2", "not before it"},
        Malformed{"epochs.csv", "epoch,start_s,end_s\n0.5,1,2\n", "epochs.csv:2", "whole number"}));

TEST(RunBundle, ProgressIsOnePhaseWhereNoneIsNamed) {
  const TemporaryDirectory folder;
  folder.write("run.json", R"({"id": "r", "total_work": 300, "work_unit": "step"})");
  folder.write("progress.csv", "time_s,work\n1.5,0\n2,10\n2,12.5\n9,12.5\n");
  const auto run = read_run_bundle(folder.path());
  ASSERT_TRUE(run) << to_string(run.error());
  ASSERT_EQ(run->phases.size(), 1u);
  EXPECT_EQ(run->phases[0].name, "train");
  EXPECT_EQ(run->phases[0].unit, "step");
  EXPECT_EQ(run->phases[0].work, 12.5);
  EXPECT_EQ(run->phases[0].total_work, 300.0);
  EXPECT_EQ(run->phases[0].span, (trace::Span{Seconds{1.5}, Seconds{9}}));
  ASSERT_EQ(run->progress.size(), 4u);
  EXPECT_EQ(run->progress[1].time, Seconds{2});
  EXPECT_EQ(run->progress[1].work, 10);
  EXPECT_EQ(run->span, (trace::Span{Seconds{1.5}, Seconds{9}}));  // where there is nothing else
}

TEST(RunBundle, AnotherTextBeginsAPhaseThatCountsAnew) {
  const TemporaryDirectory folder;
  folder.write("run.json", R"({"id": "r", "total_work": 7})");
  folder.write("progress.csv",
               "phase,time_s,work\n\"warm, up\",1,1\n\"warm, up\",2,2\nfine-tune,3,0\nfine-tune,4,5\n,5,1\n");
  const auto run = read_run_bundle(folder.path());
  ASSERT_TRUE(run) << to_string(run.error());
  ASSERT_EQ(run->phases.size(), 3u);
  EXPECT_EQ(run->phases[0].name, "warm, up");
  EXPECT_EQ(run->phases[1].name, "fine-tune");
  EXPECT_EQ(run->phases[2].name, "train");
  EXPECT_EQ(run->phases[1].work, 5);
  EXPECT_EQ(run->phases[1].unit, "epoch");
  EXPECT_EQ(run->phases[1].total_work, std::nullopt);  // the run's is not one phase's
  EXPECT_EQ(run->progress[2].phase, 1u);
}

TEST(RunBundle, BadRowsOfProgressAreLeftOutWhereThatIsAsked) {
  const TemporaryDirectory folder;
  folder.write("run.json", minimal);
  folder.write("progress.csv", "time_s,work\n1,1\nx,2\n3,0.5\n4,3\n2,4\n5");
  Damage damage(false);
  BundleNotes notes;
  const auto run = read_run_bundle(folder.path(), damage, notes);
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(damage.lines(), 4u);
  ASSERT_EQ(run->progress.size(), 2u);
  EXPECT_EQ(run->progress[1].work, 3);
}

TEST(RunBundle, PhasesOfOneNameStayApart) {
  trace::Run run;
  run.info.id = "r";
  run.info.work_unit = "step";
  run.span = {Seconds{0}, Seconds{9}};
  const char* const names[] = {"fit", "fit", "fit 2", "two\nlines", ""};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    trace::Phase phase;
    phase.name = names[i];
    run.phases.push_back(phase);
    run.progress.push_back({Seconds{static_cast<double>(i)}, 0.1 + 0.2, i});
    run.progress.push_back({Seconds{static_cast<double>(i) + 0.5}, 1e6 + 0.25, i});
  }
  const TemporaryDirectory folder;
  ASSERT_TRUE(write_run_bundle(run, folder.path()));
  const auto back = read_run_bundle(folder.path());
  ASSERT_TRUE(back) << to_string(back.error());
  ASSERT_EQ(back->phases.size(), std::size(names));
  for (std::size_t i = 0; i < std::size(names); ++i) EXPECT_EQ(back->phases[i].name, names[i]);
  const auto text = *read_file(folder.path() / "progress.csv");
  for (const char* row : {",fit\n", ",fit 2\n", ",fit 2 2\n", ",two lines\n", ",train\n"})
    EXPECT_THAT(text, HasSubstr(row));
  ASSERT_EQ(back->progress.size(), run.progress.size());
  for (std::size_t i = 0; i < run.progress.size(); ++i) {
    EXPECT_EQ(back->progress[i].time, run.progress[i].time);
    EXPECT_EQ(back->progress[i].work, run.progress[i].work);
    EXPECT_EQ(back->progress[i].phase, run.progress[i].phase);
  }
}

TEST(RunBundle, DamagedLinesBecomeGapsWhereThatIsAsked) {
  const TemporaryDirectory folder;
  folder.write("run.json", minimal);
  folder.write("power.csv", "time_s,gpu0_w,fan_pct\n0,10,1\n1,ERR!,1\n2,20,1\n3,2");
  Damage damage(false);
  BundleNotes notes;
  const auto run = read_run_bundle(folder.path(), damage, notes);
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(damage.lines(), 2u);
  EXPECT_THAT(damage.first()[0], HasSubstr("power.csv:3: \"ERR!\" is not a number"));
  EXPECT_THAT(notes.left, ElementsAre("power.csv: column fan_pct is not one of a bundle"));
  ASSERT_EQ(run->traces.size(), 1u);
  EXPECT_THAT(run->traces[0].times, ElementsAre(0, 2));
  EXPECT_THAT(run->traces[0].gaps, ElementsAre(trace::Span{Seconds{0}, Seconds{2}}));
}

trace::Trace make_trace(std::string name, Component component, Quantity quantity, std::vector<double> times,
                        std::vector<double> values) {
  trace::Trace trace;
  trace.channel.name = std::move(name);
  trace.channel.sensor = "powercap";
  trace.channel.component = component;
  trace.channel.quantity = quantity;
  trace.channel.behaviour = quantity == Quantity::energy ? Behaviour::counter : Behaviour::gauge;
  trace.channel.device = component == Component::process ? "" : "0";
  trace.times = std::move(times);
  trace.values = std::move(values);
  return trace;
}

trace::Run full_run() {
  trace::Run run;
  run.info.id = "20260201-abc";
  run.info.name = "a, \"quoted\" näme";
  run.info.training.gpu_count = 1;
  run.info.quality = {{"accuracy", 0.1 + 0.2}};
  run.info.job.launcher = "torchrun";
  run.info.job.launch = "n1:29500";
  run.info.job.local_rank = 0;
  run.info.job.restarts = 2;
  run.info.extra_json = R"({"augmentation":"mixup","z":[1,{"a":null}]})";
  run.info.training.optimizer = "adam";
  run.host = {"box", "Debian 12", "EPYC", 16, 6.4e10, {"RTX 3090"}, "1.0.0"};
  run.status = trace::RunStatus::interrupted;
  run.exit_status = 130;
  run.command = {"python", "train.py", "--lr=0.1"};
  run.tags = {{"team", "vision"}};
  run.started = WallTime{1'770'000'000'123'456'789};
  run.span = {Seconds{0}, Seconds{3.3000000000000003}};
  auto package =
      make_trace("cpu0_package", Component::cpu, Quantity::energy, {0.1, 1.1, 2.1}, {0, 12.345678, 99});
  package.channel.wrap_range = 262143328850;
  package.channel.resolution = 1e-6;
  package.channel.relative_uncertainty = 0.02;
  auto core = make_trace("cpu0_core", Component::cpu, Quantity::energy, {0.1, 1.1, 2.1}, {0, 6, 50});
  core.channel.contained_in = "cpu0_package";
  // A rhythm that differs from the counters', and a gap in which no reading is missing.
  auto gpu =
      make_trace("gpu0_power", Component::gpu, Quantity::power, {0.15, 0.25, 3.0}, {1.0 / 3, 250, 249.99});
  gpu.channel.device = "GPU-5f3a";
  gpu.gaps = {{Seconds{0.25}, Seconds{3.0}}};
  auto model = make_trace("cpu0_model", Component::cpu, Quantity::power, {0, 1}, {10, 20});
  model.channel.provenance = Provenance::modelled;
  model.channel.note = "TDP 65 W";
  auto busy = make_trace("gpu0_busy", Component::gpu, Quantity::utilisation, {0.15, 3.0}, {0.07, 0.93});
  busy.channel.device = "GPU-5f3a";
  auto rss =
      make_trace("process_rss", Component::process, Quantity::process_memory, {1, 2}, {123456789, 2e9});
  auto clock = make_trace("gpu0_clock", Component::gpu, Quantity::frequency, {1, 2}, {1.41e9, 1.2e9});
  clock.channel.device = "GPU-5f3a";
  auto remote = make_trace("b/node", Component::node, Quantity::power, {0.5, 1.5}, {400, 410});
  remote.channel.node = "rack1/b";
  run.traces = {package, core, gpu, model, busy, rss, clock, remote};
  run.epochs = {{0, {Seconds{0}, Seconds{1.5}}, 10.0, std::nullopt, {{"val_loss", 0.25}}},
                {1, {Seconds{1.5}, Seconds{3}}, std::nullopt, Joules{77.7}, {}}};
  run.sensors = {{"nvml", true, "", 3, 1, Seconds{0.001}, Seconds{0.1}},
                 {"rocm", false, "no library", 0, 0, {}, {}}};
  run.metrics = {{Seconds{1.25}, 0, "val_loss", 0.25}, {Seconds{2}, std::nullopt, "lr", 1e-4}};
  run.projections = {{Seconds{1}, 0.5, "adaptive", Joules{500}, Joules{450}, std::nullopt, true}};
  run.notes = {"suspended for 3 s"};
  run.place = {"ES", "", 160.5, std::nullopt};
  run.idle_baseline = Watts{55.5};
  run.sampler_cpu = Seconds{0.01};
  return run;
}

TEST(RunBundle, WhatIsWrittenReadsBackEqual) {
  const TemporaryDirectory folder;
  const auto run = full_run();
  const auto written = write_run_bundle(run, folder.path() / "out");
  ASSERT_TRUE(written) << to_string(written.error());
  const auto back = read_run_bundle(folder.path() / "out");
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(back->info.name, run.info.name);
  EXPECT_EQ(back->info.quality, run.info.quality);
  EXPECT_EQ(back->info.job, run.info.job);
  EXPECT_EQ(back->info.extra_json, run.info.extra_json);
  EXPECT_EQ(back->info.epoch_bounds_recorded, true);
  EXPECT_EQ(back->host.cpu_model, "EPYC");
  EXPECT_EQ(back->host.memory_bytes, 6.4e10);
  EXPECT_EQ(back->host.gpus, run.host.gpus);
  EXPECT_EQ(back->status, run.status);
  EXPECT_EQ(back->exit_status, 130);
  EXPECT_EQ(back->command, run.command);
  EXPECT_EQ(back->tags, run.tags);
  EXPECT_EQ(back->started, run.started);
  EXPECT_EQ(back->span, run.span);
  ASSERT_EQ(back->metrics.size(), 2u);
  EXPECT_EQ(back->metrics[0].epoch, 0);
  EXPECT_EQ(back->metrics[1].epoch, std::nullopt);
  EXPECT_EQ(back->metrics[1].value, 1e-4);
  ASSERT_EQ(back->projections.size(), 1u);
  EXPECT_EQ(back->projections[0].low, Joules{450});
  EXPECT_EQ(back->projections[0].high, std::nullopt);
  EXPECT_TRUE(back->projections[0].ready);
  EXPECT_EQ(back->notes, run.notes);
  EXPECT_EQ(back->place.country, "ES");
  EXPECT_EQ(back->place.intensity_g_per_kwh, 160.5);
  EXPECT_EQ(back->place.pue, std::nullopt);
  EXPECT_EQ(back->idle_baseline, run.idle_baseline);
  EXPECT_EQ(back->sampler_cpu, run.sampler_cpu);
  ASSERT_EQ(back->sensors.size(), 2u);
  EXPECT_EQ(back->sensors[0].failed_readings, 1u);
  EXPECT_EQ(back->sensors[1].reason, "no library");
  ASSERT_EQ(back->epochs.size(), 2u);
  EXPECT_EQ(back->epochs[0].metrics, run.epochs[0].metrics);
  EXPECT_EQ(back->epochs[1].energy, run.epochs[1].energy);
  EXPECT_EQ(back->epochs[1].work, std::nullopt);
  ASSERT_EQ(back->traces.size(), run.traces.size());
  for (const auto& expected : run.traces) {
    const auto* actual = find(*back, expected.channel.name);
    ASSERT_NE(actual, nullptr) << expected.channel.name;
    EXPECT_EQ(actual->times, expected.times) << expected.channel.name;
    EXPECT_EQ(actual->values, expected.values) << expected.channel.name;
    EXPECT_EQ(actual->gaps, expected.gaps) << expected.channel.name;
    EXPECT_EQ(actual->channel.node, expected.channel.node);
    EXPECT_EQ(actual->channel.device, expected.channel.device);
    EXPECT_EQ(actual->channel.quantity, expected.channel.quantity);
    EXPECT_EQ(actual->channel.behaviour, expected.channel.behaviour);
    EXPECT_EQ(actual->channel.component, expected.channel.component);
    EXPECT_EQ(actual->channel.contained_in, expected.channel.contained_in);
    EXPECT_EQ(actual->channel.provenance, expected.channel.provenance);
    EXPECT_EQ(actual->channel.wrap_range, expected.channel.wrap_range);
    EXPECT_EQ(actual->channel.resolution, expected.channel.resolution);
    EXPECT_EQ(actual->channel.note, expected.channel.note);
  }
}

TEST(RunBundle, PhasesAndWindowsReadBackEqual) {
  auto run = full_run();
  run.phases = {{"warm-up", "step", {Seconds{0}, Seconds{1.5}}, 10, std::nullopt, Joules{12.5}},
                {"fit", "epoch", {Seconds{1.5}, Seconds{3}}, 1, 4.0, std::nullopt}};
  run.progress = {{Seconds{0.5}, 5, 0}, {Seconds{1.5}, 10, 0}, {Seconds{3}, 1, 1}};
  run.windows = {{"evaluation", {Seconds{1}, Seconds{1.25}}}};
  run.epochs[1].phase = 1;
  const TemporaryDirectory folder;
  ASSERT_TRUE(write_run_bundle(run, folder.path()));
  const auto back = read_run_bundle(folder.path());
  ASSERT_TRUE(back) << to_string(back.error());
  ASSERT_EQ(back->phases.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(back->phases[i].name, run.phases[i].name);
    EXPECT_EQ(back->phases[i].unit, run.phases[i].unit);
    EXPECT_EQ(back->phases[i].span, run.phases[i].span);
    EXPECT_EQ(back->phases[i].work, run.phases[i].work);
    EXPECT_EQ(back->phases[i].total_work, run.phases[i].total_work);
    EXPECT_EQ(back->phases[i].energy, run.phases[i].energy);
  }
  ASSERT_EQ(back->progress.size(), 3u);
  EXPECT_EQ(back->progress[2].phase, 1u);
  ASSERT_EQ(back->windows.size(), 1u);
  EXPECT_EQ(back->windows[0].name, "evaluation");
  EXPECT_EQ(back->windows[0].span, run.windows[0].span);
  EXPECT_EQ(back->epochs[0].phase, 0u);
  EXPECT_EQ(back->epochs[1].phase, 1u);
}

TEST(RunBundle, RefusesToWriteOverARun) {
  const TemporaryDirectory folder;
  ASSERT_TRUE(write_run_bundle(full_run(), folder.path()));
  const auto again = write_run_bundle(full_run(), folder.path());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::invalid);
}

TEST(RunBundle, FindsBundlesAtAnyDepth) {
  const TemporaryDirectory folder;
  folder.write("b/run.json", minimal);
  folder.write("a/deep/er/run.json", minimal);
  folder.write("a/note.txt", "");
  EXPECT_THAT(find_run_bundles(folder.path()), ElementsAre(folder.path() / "a/deep/er", folder.path() / "b"));
  EXPECT_THAT(find_run_bundles(folder.path() / "b"), ElementsAre(folder.path() / "b"));
  EXPECT_TRUE(find_run_bundles(folder.path() / "nowhere").empty());
}

TEST(RunBundle, EveryMeasuredBundleReads) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto bundles = find_run_bundles(root / "traces");
  EXPECT_GT(bundles.size(), 300u);
  std::size_t samples = 0;
  for (const auto& bundle : bundles) {
    const auto run = read_run_bundle(bundle);
    ASSERT_TRUE(run) << to_string(run.error());
    EXPECT_FALSE(run->traces.empty()) << bundle;
    EXPECT_GT(run->span.length().value(), 0) << bundle;
    EXPECT_TRUE(run->info.extra_json.empty()) << bundle << run->info.extra_json;
    for (const auto& trace : run->traces) samples += trace.size();
  }
  EXPECT_GT(samples, 3'000'000u);
}

}  // namespace
}  // namespace joulecast::formats
