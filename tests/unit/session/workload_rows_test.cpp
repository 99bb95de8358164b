#include "session/forecast/workload_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/run_bundle.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const hardware::Catalogue& known() {
  return *hardware::catalogue();
}

/// One reading a second from 0 to 100 s.
trace::Trace trace_of(trace::Component component, trace::Quantity quantity, const std::string& device,
                      double value) {
  trace::Trace trace;
  trace.channel.name = fmt::format("{}{}_{}", name_of(component), device, name_of(quantity));
  trace.channel.component = component;
  trace.channel.quantity = quantity;
  trace.channel.device = device;
  for (double t = 0; t <= 100; ++t) {
    trace.times.push_back(t);
    trace.values.push_back(value);
  }
  return trace;
}

void add_gpu(trace::Run& run, const std::string& device, double watts, double utilisation = 0.9) {
  run.traces.push_back(trace_of(trace::Component::gpu, trace::Quantity::power, device, watts));
  run.traces.back().channel.device_name = "NVIDIA GeForce RTX 3090";
  run.traces.push_back(trace_of(trace::Component::gpu, trace::Quantity::utilisation, device, utilisation));
}

/// 100 s on one GPU at 200 W: a first epoch of 40 s, then four of 15 s.
trace::Run run_of() {
  trace::Run run;
  run.info.id = "20261120-120000-abcd";
  run.info.source = "run";
  run.span = {Seconds{0}, Seconds{100}};
  run.tags = {{"architecture", "resnet50"}, {"batch_size", "64"}, {"dataset", "cifar10"}};
  run.epochs.push_back({1, {Seconds{0}, Seconds{40}}, {}, {}, {}});
  for (int i = 0; i < 4; ++i)
    run.epochs.push_back({i + 2, {Seconds{40.0 + 15 * i}, Seconds{55.0 + 15 * i}}, {}, {}, {}});
  add_gpu(run, "0", 200);
  return run;
}

std::string reason(const trace::Run& run, const hardware::Catalogue& catalogue = known()) {
  const auto row = workload_row(run, catalogue);
  return row ? "a row" : row.error().message;
}

TEST(WorkloadRow, TellsOfARunWhatItsTagsAndItsSteadyEpochsTell) {
  auto run = run_of();
  run.tags["optimizer"] = "adam";
  run.tags["input_shape"] = "3x32x32";
  run.tags["power_limit_w"] = "300";
  run.tags["framework"] = "pytorch";
  const auto row = workload_row(run, known());
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->source, "here");
  EXPECT_EQ(row->run_id, run.info.id);
  EXPECT_EQ(row->training.architecture, "resnet50");
  EXPECT_EQ(row->training.framework, "pytorch");
  EXPECT_EQ(row->training.dataset, "cifar10");
  EXPECT_EQ(row->training.optimizer, "adam");
  EXPECT_EQ(row->training.input_shape, "3x32x32");
  EXPECT_EQ(row->training.gpu, "RTX 3090");
  EXPECT_EQ(row->training.gpu_count, 1);
  EXPECT_EQ(row->training.gpu_power_limit_w, 300);
  EXPECT_EQ(row->training.batch_size, 64);
  EXPECT_EQ(row->training.epochs, 5);
  EXPECT_NEAR(*row->epoch_time_s, 15, 1e-9);
  EXPECT_NEAR(*row->mean_gpu_w, 200, 1e-9);
  EXPECT_NEAR(*row->epoch_gpu_energy_j, 3000, 1e-6);
}

TEST(WorkloadRow, TakesTheRecordWhereNoTagSpeaksAndATagBeforeTheRecord) {
  auto run = run_of();
  run.tags = {{"batch_size", "128"}};
  run.info.source = "lab";
  run.info.training.architecture = "vgg16";
  run.info.training.batch_size = 32;
  run.info.training.image_size = {224, 200, 3};
  run.info.training.train_samples = 1000;
  run.info.training.gpu_count = 1;
  run.info.extra_json = R"({"optimizer": "sgd", "cooling": "water", "epochs": 7})";
  const auto row = workload_row(run, known());
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->source, "lab");
  EXPECT_EQ(row->training.architecture, "vgg16");
  EXPECT_EQ(row->training.batch_size, 128);
  EXPECT_EQ(row->training.input_shape, "3x224x200");
  EXPECT_EQ(row->training.train_samples, 1000);
  EXPECT_EQ(row->training.optimizer, "sgd");
  EXPECT_EQ(row->training.epochs, 7);
}

TEST(WorkloadRow, RepeatsShareAConfigurationAndOtherShapesDoNot) {
  auto run = run_of(), repeat = run_of(), other = run_of();
  repeat.info.id = "another";
  other.tags["input_shape"] = "3x64x64";
  const auto id = workload_row(run, known())->config_id;
  EXPECT_EQ(workload_row(repeat, known())->config_id, id);
  EXPECT_NE(workload_row(other, known())->config_id, id);
}

TEST(WorkloadRow, AddsTheGpusThatWorkedAndLeavesIdleOnesOut) {
  auto run = run_of();
  add_gpu(run, "1", 100);
  add_gpu(run, "2", 20, 0.0);
  const auto row = workload_row(run, known());
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->training.gpu_count, 2);
  EXPECT_NEAR(*row->mean_gpu_w, 300, 1e-9);
}

TEST(WorkloadRow, WithoutEpochBoundsTheirNumberDividesTheRun) {
  auto run = run_of();
  run.epochs.clear();
  run.info.epoch_bounds_recorded = false;
  EXPECT_EQ(reason(run), "without epochs");
  run.info.total_work = 20;
  run.info.work_unit = "epoch";
  auto row = workload_row(run, known());
  ASSERT_TRUE(row);
  EXPECT_NEAR(*row->epoch_time_s, 5, 1e-9);
  EXPECT_NEAR(*row->epoch_gpu_energy_j, 1000, 1e-6);
  run.status = trace::RunStatus::interrupted;  // the number of epochs is then only what was planned
  EXPECT_EQ(reason(run), "without epochs");
}

TEST(WorkloadRow, OfARunThatDidNotFinishTheLastEpochDoesNotCount) {
  auto run = run_of();
  run.status = trace::RunStatus::interrupted;
  run.epochs.resize(3);
  run.epochs.back().span.end = run.epochs.back().span.begin + Seconds{1};
  const auto row = workload_row(run, known());
  ASSERT_TRUE(row);
  EXPECT_NEAR(*row->epoch_time_s, 15, 1e-9);
  run.epochs.resize(1);
  EXPECT_EQ(reason(run), "without epochs");
}

TEST(WorkloadRow, WorkInSamplesMakesEpochsOfTheTrainingSet) {
  auto run = run_of();
  run.info.work_unit = "samples";
  run.info.total_work = 250'000;
  for (auto& epoch : run.epochs) epoch.work = 25'000;
  EXPECT_EQ(reason(run), "without epochs");  // how many samples an epoch has is not said
  run.tags["train_samples"] = "50000";
  const auto row = workload_row(run, known());
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_NEAR(*row->epoch_time_s, 30, 1e-9);
  run.info.work_unit = "block";
  EXPECT_EQ(reason(run), "without epochs");
}

TEST(WorkloadRow, SaysWhatIsMissing) {
  auto run = run_of();
  run.tags.clear();
  EXPECT_EQ(reason(run), "without an architecture and a batch size");
  run.epochs.clear();
  EXPECT_EQ(reason(run), "without an architecture, a batch size and epochs");
  run = run_of();
  run.status = trace::RunStatus::running;
  EXPECT_EQ(reason(run), "still running");
  run = run_of();
  run.tags["batch_size"] = "many";
  EXPECT_EQ(reason(run), "with an impossible batch_size=many");
  run.tags["batch_size"] = "1.5";
  EXPECT_EQ(reason(run), "with an impossible batch_size=1.5");
  run = run_of();
  run.tags["train_samples"] = "1e300";
  EXPECT_EQ(reason(run), "with an impossible train_samples=1e300");
  run = run_of();
  run.tags["power_limit_w"] = "-5";
  EXPECT_EQ(reason(run), "with an impossible power_limit_w=-5");
}

TEST(WorkloadRow, SaysWhatIsWrongWithTheGpus) {
  auto run = run_of();
  run.traces[0].channel.provenance = Provenance::modelled;
  EXPECT_EQ(reason(run), "without measured GPU power");
  run = run_of();
  run.traces[0].gaps = {{Seconds{20}, Seconds{99}}};
  EXPECT_EQ(reason(run), "without measured GPU power");
  run = run_of();
  run.traces.clear();
  run.info.training.gpu = "NVIDIA GeForce RTX 3090";  // a log of the whole machine's power, say
  EXPECT_EQ(reason(run), "without measured GPU power");
  run = run_of();
  run.traces[0].channel.device_name = "Riva 128";
  EXPECT_EQ(reason(run), "on a GPU that the catalogue does not know (Riva 128)");
  run = run_of();
  add_gpu(run, "1", 100);
  run.traces[2].channel.device_name = "NVIDIA GeForce RTX 3070";
  EXPECT_EQ(reason(run), "on unlike GPUs");
  run = run_of();
  run.tags["gpu_count"] = "4";
  EXPECT_EQ(reason(run), "where the number of busy GPUs is not the recorded one");
}

TEST(WorkloadRow, AProcessorIsADeviceOnlyWhereOneIsDescribed) {
  auto run = run_of();
  run.traces.clear();
  run.host.cpu_model = "AMD EPYC 8024P 8-Core Processor";
  run.traces.push_back(trace_of(trace::Component::cpu, trace::Quantity::power, "0", 80));
  EXPECT_EQ(reason(run), "on a processor alone, which no --gpu-file describes");
  auto catalogue = known();
  hardware::Gpu device;
  device.name = "AMD EPYC 8024P 8-Core Processor";
  device.power_limit = Watts{90};
  catalogue.add(device);
  const auto row = workload_row(run, catalogue);
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->training.gpu, device.name);
  EXPECT_NEAR(*row->mean_gpu_w, 80, 1e-9);
  run.traces[0].channel.provenance = Provenance::modelled;
  EXPECT_EQ(reason(run, catalogue), "without measured CPU power");
}

TEST(WorkloadRows, CountsWhatItLeavesOutByReason) {
  const joulecast::testing::TemporaryDirectory folder;
  auto store = store::RunStore::open((folder.path() / "runs.db").string());
  ASSERT_TRUE(store);
  const auto add = [&](trace::Run run, const std::string& id) {
    run.info.id = id;
    ASSERT_TRUE((*store)->import_run(run));
  };
  add(run_of(), "used");
  auto nameless = run_of();
  nameless.tags.erase("architecture");
  add(nameless, "nameless");
  add(nameless, "nameless2");
  auto unmeasured = run_of();
  unmeasured.traces.erase(unmeasured.traces.begin());
  add(unmeasured, "unmeasured");
  const auto rows = workload_rows(**store, known());
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->table.rows.size(), 1u) << rows->left_out_text();
  EXPECT_NEAR(*rows->table.rows[0].mean_gpu_w, 200, 1e-6);
  EXPECT_THAT(rows->left_out,
              ElementsAre(Pair("without an architecture", 2), Pair("without measured GPU power", 1)));
  EXPECT_EQ(rows->left_out_text(),
            "3 of 4 runs left out: 2 without an architecture, 1 without measured GPU power "
            "(joulecast tag RUN architecture=resnet50 batch_size=64 says it)");
}

TEST(WorkloadRows, AgreeWithTheTableThatOthersMadeOfTheSameRuns) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto table = formats::read_workload_table(root / "tables" / "workloads.csv");
  ASSERT_TRUE(table) << table.error().message;
  // For some runs the published figures do not match the published traces, so only most have to agree.
  std::vector<double> apart;
  for (const auto& bundle : formats::find_run_bundles(root / "traces" / "seaa2023")) {
    const auto run = formats::read_run_bundle(bundle);
    ASSERT_TRUE(run);
    const auto theirs = std::ranges::find(table->rows, run->info.id, &formats::WorkloadRow::run_id);
    if (theirs == table->rows.end()) continue;
    const auto ours = workload_row(*run, known());
    ASSERT_TRUE(ours) << run->info.id << ": " << ours.error().message;
    EXPECT_EQ(ours->source, theirs->source);
    EXPECT_EQ(ours->training.architecture, theirs->training.architecture);
    EXPECT_EQ(ours->training.batch_size, theirs->training.batch_size);
    EXPECT_EQ(ours->training.input_shape, theirs->training.input_shape);
    EXPECT_EQ(ours->training.epochs, theirs->training.epochs);
    EXPECT_NEAR(*ours->epoch_time_s / *theirs->epoch_time_s, 1, 0.02) << run->info.id;
    apart.push_back(std::abs(*ours->mean_gpu_w / *theirs->mean_gpu_w - 1));
    apart.push_back(std::abs(*ours->epoch_gpu_energy_j / *theirs->epoch_gpu_energy_j - 1));
  }
  ASSERT_GT(apart.size(), 200u);
  std::ranges::sort(apart);
  EXPECT_LT(apart[apart.size() / 2], 0.003);
  EXPECT_LT(apart[apart.size() * 8 / 10], 0.01);
}

}  // namespace
}  // namespace joulecast::session
