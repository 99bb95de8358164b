#include "report/machine/openmetrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

session::NodeState node_with(session::MeterState meter) {
  session::NodeState node;
  node.began = node.at = WallTime{1'700'000'000'000'000'000};
  node.meters = {std::move(meter)};
  node.total = node.meters[0].energy;
  node.power = node.meters[0].power;
  return node;
}

session::MeterState gpu() {
  session::MeterState meter;
  meter.component = trace::Component::gpu;
  meter.device = "GPU-1";
  meter.energy = Joules{1234.5};
  meter.power = Watts{250};
  meter.up = true;
  return meter;
}

std::string text_of(const session::NodeState& node, const session::RunningRuns& runs = {}) {
  return metrics_text(node, runs, {}, MetricsFormat::openmetrics);
}

TEST(OpenMetrics, NamesOfDevices) {
  const auto text = text_of(node_with(gpu()));
  EXPECT_THAT(text,
              HasSubstr("\njoulecast_energy_joules_total{component=\"gpu\",device=\"GPU-1\"} 1234.5\n"));
  EXPECT_THAT(text, HasSubstr("\njoulecast_power_watts{component=\"gpu\",device=\"GPU-1\"} 250\n"));
  EXPECT_THAT(text, HasSubstr("\njoulecast_node_power_watts 250\n"));
  EXPECT_THAT(text, HasSubstr("\njoulecast_meter_up{component=\"gpu\",device=\"GPU-1\"} 1\n"));
}

TEST(OpenMetrics, AMeterThatIsGoneKeepsItsEnergyAndHasNoPower) {
  auto lost = gpu();
  lost.up = false;
  lost.power.reset();
  const auto text = text_of(node_with(lost));
  EXPECT_THAT(text, HasSubstr("joulecast_energy_joules_total{component=\"gpu\",device=\"GPU-1\"} 1234.5\n"));
  EXPECT_THAT(text, HasSubstr("joulecast_meter_up{component=\"gpu\",device=\"GPU-1\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("power_watts{")));
  EXPECT_THAT(text, Not(HasSubstr("joulecast_node_power_watts ")));
}

TEST(OpenMetrics, WithoutAMeterThereIsNoTotal) {
  EXPECT_THAT(text_of(session::NodeState{}), Not(HasSubstr("joulecast_node_energy")));
}

TEST(OpenMetrics, RunsWithWhatTheyHave) {
  session::RunningRuns runs;
  session::RunningRun bare;
  bare.id = "20260201-134507-k7f3";
  bare.name = "le\"net\n";
  auto full = bare;
  full.id = "20260201-134507-aaaa";
  full.energy = Joules{100};
  full.power = Watts{10};
  full.budget = Joules{7.2e6};
  full.projection =
      trace::Projection{Seconds{5}, 0.25, "adaptive", Joules{400}, Joules{390}, Joules{410}, true, false};
  runs.runs = {bare, full};
  runs.left_out = 3;
  const auto text = text_of(node_with(gpu()), runs);
  const std::string labels = "{run=\"20260201-134507-aaaa\",name=\"le\\\"net \"}";
  EXPECT_THAT(text, HasSubstr("joulecast_run_energy_joules" + labels + " 100\n"));
  EXPECT_THAT(text, HasSubstr("joulecast_run_power_watts" + labels + " 10\n"));
  EXPECT_THAT(text, HasSubstr("joulecast_run_projected_energy_joules" + labels + " 400\n"));
  EXPECT_THAT(text, HasSubstr("joulecast_run_projected_energy_low_joules" + labels + " 390\n"));
  EXPECT_THAT(text, HasSubstr("joulecast_run_projected_energy_high_joules" + labels + " 410\n"));
  EXPECT_THAT(text, HasSubstr("joulecast_run_projection_ready" + labels + " 1\n"));
  EXPECT_THAT(text, HasSubstr("joulecast_run_progress_ratio" + labels + " 0.25\n"));
  EXPECT_THAT(text, HasSubstr("joulecast_run_budget_joules" + labels + " 7200000\n"));
  EXPECT_THAT(text, HasSubstr("\njoulecast_running_runs 5\n"));
  EXPECT_THAT(text, HasSubstr("\njoulecast_running_runs_left_out 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("k7f3\"")));  // of which nothing is known
}

TEST(OpenMetrics, AStoreThatDoesNotAnswerIsNoMachineWithoutRuns) {
  session::RunningRuns runs;
  runs.store_answers = false;
  const auto text = text_of(node_with(gpu()), runs);
  EXPECT_THAT(text, HasSubstr("\njoulecast_store_up 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("joulecast_running_runs")));
}

}  // namespace
}  // namespace joulecast::report
