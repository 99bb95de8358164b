#include "trace/join_nodes.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "trace/absence.hpp"
#include "trace/energy.hpp"
#include "trace/missing_nodes.hpp"
#include "trace/node_list.hpp"
#include "trace/segment.hpp"

namespace joulecast::trace {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::int64_t in_ns = 1'000'000'000;
constexpr std::int64_t noon = 1'700'000'000 * in_ns;

/// A node with one GPU of constant power, whose run begins at this second after noon by its own clock.
Run node(const std::string& name, int rank, double watts, std::int64_t begins_s, int length_s) {
  Run run;
  run.info.id = "run-" + name;
  run.info.job.scheduler = "slurm";
  run.info.job.id = "1";
  run.info.job.node = name;
  run.info.job.node_rank = rank;
  run.info.job.node_count = 2;
  run.info.training.gpu_count = 1;
  run.host.hostname = name;
  run.host.gpus = {"H100"};
  run.started = WallTime{noon + begins_s * in_ns};
  run.span = {Seconds{0}, Seconds{static_cast<double>(length_s)}};
  Trace power;
  power.channel.name = "gpu0_power";
  power.channel.quantity = Quantity::power;
  power.channel.behaviour = Behaviour::gauge;
  power.channel.component = Component::gpu;
  power.channel.device = "0";
  for (int i = 0; i <= length_s; ++i) {
    power.times.push_back(i);
    power.values.push_back(watts);
  }
  run.traces.push_back(std::move(power));
  return run;
}

/// Epochs that end at these seconds of the run.
void add_epochs(Run& run, const std::vector<double>& ends) {
  double begin = 0;
  for (const double end : ends) {
    Epoch epoch;
    epoch.index = static_cast<int>(run.epochs.size()) + 1;
    epoch.span = {Seconds{begin}, Seconds{end}};
    run.epochs.push_back(epoch);
    begin = end;
  }
}

TEST(JoinNodes, AddsTheEnergyOfAllNodes) {
  const auto joined = join_nodes({node("n1", 0, 300, 0, 100), node("n2", 1, 100, 0, 100)});
  EXPECT_EQ(joined.info.id, "run-n1");
  EXPECT_EQ(joined.info.training.nodes, 2);
  EXPECT_EQ(joined.info.training.gpu_count, 2);
  EXPECT_THAT(joined.notes, IsEmpty());
  const auto energy = energy_of(joined);
  EXPECT_NEAR(energy.total->value(), 40'000, 1);
  ASSERT_GE(energy.components.size(), 2U);
  EXPECT_EQ(energy.components[0].node, "n1");
  EXPECT_NEAR(energy.components[0].energy->value(), 30'000, 1);
  EXPECT_EQ(energy.components[1].node, "n2");
  EXPECT_NEAR(energy.components[1].energy->value(), 10'000, 1);
}

TEST(JoinNodes, LeavesTheRunOfAJobOfOneNodeAsItIs) {
  auto alone = node("n1", 0, 300, 0, 10);
  alone.info.job.node_count = 1;
  const auto joined = join_nodes({alone});
  EXPECT_EQ(joined.traces[0].channel.node, "");
  EXPECT_THAT(joined.notes, IsEmpty());
}

TEST(JoinNodes, CorrectsAClockByTheEpochsThatEndTogether) {
  auto first = node("n1", 0, 300, 0, 100);
  auto second = node("n2", 1, 100, 240, 100);  // 4 min ahead
  add_epochs(first, {30, 60, 90});
  add_epochs(second, {30, 60.2, 90});
  EXPECT_NEAR(clock_lead(first, second)->value(), 240, 0.3);
  const auto joined = join_nodes({first, second});
  EXPECT_NEAR(joined.span.length().value(), 100, 0.3);
  EXPECT_THAT(joined.notes, ElementsAre(HasSubstr("n2's clock is 4 min 00 s ahead of n1's")));
  EXPECT_EQ(joined.epochs.size(), 3U);  // the same ones, once
  EXPECT_NEAR(energy_of(joined).total->value(), 40'000, 100);
  EXPECT_NEAR(epoch_energies(joined)[0]->value(), 12'000, 100);
}

TEST(JoinNodes, TellsNoClockThatIsRightEnough) {
  auto first = node("n1", 0, 300, 0, 100);
  auto second = node("n2", 1, 100, 0, 100);
  add_epochs(first, {50});
  add_epochs(second, {50.5});
  EXPECT_THAT(join_nodes({first, second}).notes, IsEmpty());
}

TEST(JoinNodes, TellsANodeThatJoinedLate) {
  const auto joined = join_nodes({node("n1", 0, 300, 0, 100), node("n2", 1, 100, 40, 60)});
  EXPECT_THAT(joined.notes, ElementsAre(HasSubstr("n2 joined 40.0 s after n1")));
  EXPECT_NEAR(energy_of(joined).total->value(), 36'000, 1);
}

TEST(JoinNodes, TellsANodeThatDied) {
  auto dead = node("n2", 1, 100, 0, 30);
  dead.status = RunStatus::interrupted;
  const auto joined = join_nodes({node("n1", 0, 300, 0, 100), dead});
  EXPECT_THAT(joined.notes,
              ElementsAre(HasSubstr("n2 was last heard of 1 min 10 s before the end (interrupted)")));
  EXPECT_EQ(joined.status, RunStatus::interrupted);
  EXPECT_NEAR(energy_of(joined).total->value(), 33'000, 1);
}

TEST(JoinNodes, TakesClocksThatNeverMeetToBeWrong) {
  const auto joined = join_nodes({node("n1", 0, 300, 0, 100), node("n2", 1, 100, 200, 100)});
  EXPECT_THAT(joined.notes, ElementsAre(HasSubstr("n2's clock is about 3 min 20 s ahead of n1's")));
  EXPECT_NEAR(joined.span.length().value(), 100, 0.1);
}

TEST(JoinNodes, NamesTheNodesThatNeverReported) {
  auto first = node("n1", 0, 300, 0, 100);
  auto third = node("n3", 2, 100, 0, 100);
  first.info.job.node_count = third.info.job.node_count = 4;
  const auto joined = join_nodes({first, third});
  EXPECT_THAT(joined.notes, ElementsAre(HasSubstr("2 of the job's 4 nodes never reported")));
  const auto energy = energy_of(joined);
  EXPECT_NEAR(energy.total->value(), 40'000, 1);
  EXPECT_THAT(energy.missing, Contains("node 1 of 4"));
  EXPECT_THAT(energy.missing, Contains("node 3 of 4"));
}

TEST(JoinNodes, NamesTheNodesThatNeverReportedByTheJobsList) {
  auto first = node("n1", 0, 300, 0, 100);
  auto third = node("n3", 2, 100, 0, 100);
  first.info.job.node_count = third.info.job.node_count = 4;
  third.tags[node_list_tag] = "n[1-4]";
  const auto joined = join_nodes({first, third});
  EXPECT_THAT(joined.notes,
              ElementsAre("2 of the job's 4 nodes never reported (n2, n4): what they used is not in "
                          "the total"));
  EXPECT_THAT(energy_of(joined).missing, Contains("node n2, 1 of 4"));
  EXPECT_THAT(energy_of(joined).missing, Contains("node n4, 3 of 4"));
  EXPECT_EQ(missing_nodes(joined), 2);
  auto again = join_nodes({joined, node("n2", 1, 100, 0, 100)});  // as a bundle, and one more is here now
  EXPECT_EQ(missing_nodes(again), 1);
  EXPECT_THAT(again.notes, Contains(HasSubstr("1 of the job's 4 nodes never reported (n4)")));
}

TEST(JoinNodes, ACountOfNodesThatCannotBeIsNotBelieved) {
  auto run = node("n1", 0, 300, 0, 100);
  run.info.job.node_count = 2'000'000'000;
  EXPECT_EQ(missing_nodes(join_nodes({run})), 0);
  EXPECT_NEAR(energy_of(join_nodes({run, node("n2", 1, 100, 0, 100)})).total->value(), 40'000, 10);
}

TEST(JoinNodes, ANodeThatReportedAloneIsNotTheWholeJob) {
  const auto joined = join_nodes({node("n1", 0, 300, 0, 100)});
  EXPECT_THAT(joined.notes, ElementsAre(HasSubstr("1 of the job's 2 nodes never reported: what it used")));
}

/// One place of a job that was requeued after an hour: 100 s on each machine.
Run requeued(const std::string& first, const std::string& second, int rank, double watts) {
  auto before = node(first, rank, watts, 0, 100);
  auto after = node(second, rank, watts, 3700, 100);
  after.info.continues = before.info.id;
  before.status = RunStatus::interrupted;
  return join_segments({before, after});
}

TEST(JoinNodes, ExpectsEachMachineInItsOwnSegment) {
  const auto joined = join_nodes({requeued("n1", "n3", 0, 300), requeued("n2", "n4", 1, 100)});
  const auto energy = energy_of(joined);
  EXPECT_NEAR(energy.total->value(), 80'000, 20);
  EXPECT_NEAR(energy.coverage, 1, 0.001);
  EXPECT_NEAR(energy.mean_power->value(), 400, 1);
  EXPECT_FALSE(energy.not_measured);
  ASSERT_GE(energy.components.size(), 4U);
  for (const auto& row : energy.components) {
    if (!row.energy) continue;
    EXPECT_NEAR(row.coverage, 1, 0.001) << row.node;
    EXPECT_NEAR(row.energy->value(), row.node == "n1" || row.node == "n3" ? 30'000 : 10'000, 10) << row.node;
  }
}

TEST(JoinNodes, StillMissesWhatAMachineLacksInItsSegment) {
  auto first = node("n1", 0, 300, 0, 100);
  auto second = node("n3", 0, 300, 3700, 100);
  second.info.continues = first.info.id;
  auto& trace = second.traces.front();  // its driver took 50 s
  trace.times.erase(trace.times.begin(), trace.times.begin() + 50);
  trace.values.erase(trace.values.begin(), trace.values.begin() + 50);
  const auto energy = energy_of(join_nodes({join_segments({first, second}), requeued("n2", "n4", 1, 100)}));
  const auto late = std::ranges::find(energy.components, "n3", &ComponentEnergy::node);
  ASSERT_NE(late, energy.components.end());
  EXPECT_NEAR(late->coverage, 0.75, 0.01);
  EXPECT_NEAR(late->energy->value(), 15'000, 10) << "nothing is guessed";
}

TEST(JoinNodes, ANodeOfTheSecondSegmentAloneBeginsWithIt) {
  const auto joined = join_nodes({requeued("n1", "n3", 0, 300), node("n4", 1, 100, 3700, 100)});
  EXPECT_NEAR(joined.span.length().value(), 200, 0.1);
  for (const auto& note : joined.notes)
    EXPECT_THAT(note, Not(HasSubstr("n4"))) << "neither late nor its clock";
  const auto energy = energy_of(joined);
  EXPECT_NEAR(energy.total->value(), 70'000, 100);
  EXPECT_NEAR(energy.coverage, 1, 0.001);
}

TEST(JoinNodes, ANodeThatWasNotRequeuedEndsWithItsSegment) {
  auto left = node("n2", 1, 100, 0, 100);
  left.status = RunStatus::interrupted;
  const auto joined = join_nodes({requeued("n1", "n3", 0, 300), left});
  for (const auto& note : joined.notes) EXPECT_THAT(note, Not(HasSubstr("before the end")));
  EXPECT_EQ(joined.status, RunStatus::finished);
  const auto energy = energy_of(joined);
  EXPECT_NEAR(energy.total->value(), 70'000, 100);
  EXPECT_NEAR(energy.coverage, 1, 0.001);
}

/// As every job's nodes do by some hundredths of a second.
TEST(JoinNodes, ANodeThatBeginsOrEndsALittleBesideItsSegmentIsStillOfThatAlone) {
  auto left = node("n2", 1, 100, 0, 103);
  left.status = RunStatus::interrupted;
  for (const auto& other : {node("n4", 1, 100, 3697, 103), left}) {
    const auto energy = energy_of(join_nodes({requeued("n1", "n3", 0, 300), other}));
    EXPECT_NEAR(energy.total->value(), 70'300, 100) << other.host.hostname;
    EXPECT_NEAR(energy.coverage, 1, 0.01) << other.host.hostname;
  }
}

/// Of a job that was requeued on the same machines in another order, and of one that kept one machine.
TEST(JoinNodes, CountsAMachineThatChangedItsPlaceInBoth) {
  const auto swapped = energy_of(join_nodes({requeued("n1", "n2", 0, 300), requeued("n2", "n1", 1, 100)}));
  EXPECT_NEAR(swapped.total->value(), 80'000, 20);
  EXPECT_NEAR(swapped.coverage, 1, 0.001);
  const auto joined = join_nodes({requeued("n1", "n2", 0, 300), requeued("n2", "n3", 1, 100)});
  EXPECT_THAT(joined.notes, Contains(HasSubstr("n2 had another place in another job")));
  const auto energy = energy_of(joined);
  EXPECT_NEAR(energy.total->value(), 80'000, 20);
  for (const auto* name : {"n2", "n2@2"}) {
    const auto row = std::ranges::find(energy.components, name, &ComponentEnergy::node);
    ASSERT_NE(row, energy.components.end()) << name;
    EXPECT_NEAR(row->energy->value(), row->node == "n2" ? 30'000 : 10'000, 10);
    EXPECT_NEAR(row->coverage, 1, 0.001);
  }
}

TEST(JoinNodes, AnAbsenceCanBeTakenOutAndPutInAgain) {
  for (const auto behaviour : {Behaviour::gauge, Behaviour::counter}) {
    auto runs = std::vector{requeued("n1", "n3", 0, 300), requeued("n2", "n4", 1, 100)};
    for (auto& run : runs)
      for (auto& trace : run.traces) {
        trace.channel.behaviour = behaviour;
        trace.channel.quantity = behaviour == Behaviour::gauge ? Quantity::power : Quantity::energy;
        for (std::size_t i = 0; i < trace.size(); ++i)
          if (behaviour == Behaviour::counter) trace.values[i] = 10.0 * static_cast<double>(i);
      }
    const auto joined = join_nodes(runs);
    for (const auto& trace : joined.traces) {
      if (trace.empty()) continue;
      auto again = trace;
      const auto absences = take_absences(again);
      ASSERT_EQ(absences.size(), 1U) << trace.channel.name;
      EXPECT_EQ(again.size(), 101U) << "the readings that were made";
      EXPECT_THAT(take_absences(again), IsEmpty());
      add_absence(again, absences.front());
      EXPECT_EQ(again.times, trace.times);
      EXPECT_EQ(again.values, trace.values);
      EXPECT_EQ(again.gaps, trace.gaps);
    }
  }
}

TEST(JoinNodes, TwoReadingsOfOneMachineAtOneTimeCountOnce) {
  EXPECT_NEAR(
      energy_of(join_nodes({requeued("n1", "n2", 0, 300), requeued("n3", "n2", 1, 300)})).total->value(),
      90'000, 20);
}

/// Of a job of this number, an hour after the one before.
Run node_of_job(int job, const std::string& name, int rank, double watts) {
  auto run = node(name, rank, watts, 3600 * job, 100);
  run.info.id = fmt::format("run-{}-{}", name, job);
  run.info.job.id = std::to_string(job);
  run.tags[node_list_tag] = "n[1-2]";
  return run;
}

TEST(JoinLaunches, AMachineHasOneRowWhicheverPlaceItHad) {
  const auto joined = join_launches({{node_of_job(1, "n1", 0, 300), node_of_job(1, "n2", 1, 100)},
                                     {node_of_job(2, "n2", 0, 100), node_of_job(2, "n1", 1, 300)}});
  EXPECT_EQ(joined.info.id, "run-n1-1");
  EXPECT_EQ(joined.info.training.nodes, 2);
  EXPECT_EQ(joined.info.training.gpu_count, 2);
  ASSERT_EQ(joined.info.segments.size(), 2U);
  EXPECT_EQ(joined.info.segments[1].hostname, "n1, n2");
  EXPECT_NEAR(joined.span.length().value(), 200, 0.1);
  EXPECT_THAT(joined.notes, IsEmpty());
  const auto energy = energy_of(joined);
  EXPECT_NEAR(energy.total->value(), 80'000, 1);
  EXPECT_NEAR(energy.coverage, 1, 0.001);
  EXPECT_THAT(energy.missing, ElementsAre("cpu", "dram"));
  ASSERT_EQ(energy.components.size(), 4U) << "two GPUs, cpu and dram";
  EXPECT_NEAR(energy.components[0].energy->value(), 60'000, 1);
  EXPECT_NEAR(energy.components[1].energy->value(), 20'000, 1);
}

TEST(JoinLaunches, ANodeThatIsMissingInOneJobIsNamedAndLowersTheCoverage) {
  // Of the first, the second or the third job; n1 or n2.
  for (std::size_t lacking = 0; lacking < 3; ++lacking)
    for (const int rank : {0, 1}) {
      std::vector<std::vector<trace::Run>> launches;
      for (int job = 1; job <= 3; ++job)
        launches.push_back({node_of_job(job, "n1", 0, 300), node_of_job(job, "n2", 1, 300)});
      launches[lacking].erase(launches[lacking].begin() + rank);
      const auto joined = join_launches(launches);
      const auto name = fmt::format("node n{}, {} of 2{}", rank + 1, rank,
                                    lacking < 2 ? fmt::format(" of job {}", lacking + 1) : "");
      EXPECT_EQ(missing_nodes(joined), 1);
      const auto energy = energy_of(joined);
      EXPECT_NEAR(energy.total->value(), 150'000, 1) << name;
      EXPECT_NEAR(energy.coverage, 0.9, 0.001) << "60 kJ, 60 kJ, and half of the nodes for 30 kJ";
      EXPECT_THAT(energy.missing, Contains(name));
      const auto says = lacking < 2 ? fmt::format(
                                          "1 of the 2 nodes of job {} never reported (n{}): what it "
                                          "used is not in the total",
                                          lacking + 1, rank + 1)
                                    : fmt::format("1 of the job's 2 nodes never reported (n{})", rank + 1);
      EXPECT_THAT(joined.notes, Contains(HasSubstr(says)));
      // The part in which nobody is missing has all of it, and so has each job's own figure.
      const auto whole = joined.info.segments[lacking == 0 ? 1 : 0].span;
      EXPECT_NEAR(energy_of(joined, whole).coverage, 1, 0.001);
      EXPECT_NEAR(span_energies(joined, std::vector{joined.info.segments[lacking].span})[0]->value(), 30'000,
                  1);
    }
}

TEST(JoinLaunches, EachJobHasTheProgressOfWhicheverNodeTellsIt) {
  auto first = node_of_job(1, "n1", 0, 300);
  add_epochs(first, {50, 100});
  auto second = node_of_job(2, "n2", 1, 100);
  add_epochs(second, {40, 90});
  for (auto& epoch : second.epochs) epoch.index += 2;
  const auto joined =
      join_launches({{first, node_of_job(1, "n2", 1, 100)}, {node_of_job(2, "n1", 0, 300), second}});
  ASSERT_EQ(joined.epochs.size(), 4U);
  EXPECT_NEAR(joined.epochs[3].span.end.value(), 190, 0.1);
  EXPECT_NEAR(epoch_energies(joined)[3]->value(), 50 * 400, 10);
}

TEST(JoinLaunches, AJobOfOneNodeIsOneOfThem) {
  auto alone = node_of_job(1, "n1", 0, 300);
  alone.info.job.node_count = 1;
  const auto joined = join_launches({{alone}, {node_of_job(2, "n1", 0, 300), node_of_job(2, "n2", 1, 100)}});
  const auto energy = energy_of(joined);
  EXPECT_NEAR(energy.total->value(), 70'000, 1);
  EXPECT_NEAR(energy.coverage, 1, 0.001);
  ASSERT_EQ(energy.components.size(), 4U);
  EXPECT_NEAR(energy.components[0].energy->value(), 60'000, 1) << energy.components[0].node;
}

/// A bundle is a joined run, and the bundles of all nodes may come into one store.
TEST(JoinNodes, ForgetsThatANodeWasMissingWhichIsHereNow) {
  const auto joined =
      join_nodes({join_nodes({node("n1", 0, 300, 0, 100)}), join_nodes({node("n2", 1, 100, 0, 100)})});
  EXPECT_THAT(joined.notes, IsEmpty());
  EXPECT_EQ(missing_nodes(joined), 0);
  EXPECT_THAT(energy_of(joined).missing, ElementsAre("cpu", "dram")) << "and no node";
}

TEST(JoinNodes, KnowsTheNodesOfARunThatIsJoinedAlready) {
  auto whole = join_nodes({node("n1", 0, 300, 0, 100), node("n2", 1, 100, 0, 100)});
  EXPECT_EQ(missing_nodes(join_nodes({std::move(whole)})), 0);
  auto first = node("n1", 0, 300, 0, 100);
  auto second = node("n2", 1, 100, 0, 100);
  first.info.job.node_count = second.info.job.node_count = 3;
  const auto again = join_nodes({join_nodes({std::move(first), std::move(second)})});
  EXPECT_EQ(missing_nodes(again), 1);
  EXPECT_EQ(again.traces.back().channel.device, "2 of 3");
}

TEST(JoinNodes, KeepsTheProgressOfTheNodeThatHasSome) {
  auto second = node("n2", 1, 100, 0, 100);
  add_epochs(second, {50, 100});
  const auto joined = join_nodes({node("n1", 0, 300, 0, 100), second});
  EXPECT_EQ(joined.epochs.size(), 2U);
  EXPECT_NEAR(epoch_energies(joined)[1]->value(), 20'000, 100);
}

/// The first node died after its second epoch, and the others went on.
TEST(JoinNodes, GoesOnWithTheProgressOfANodeThatOutlivedTheFirst) {
  auto first = node("n1", 0, 300, 0, 52);
  first.status = RunStatus::interrupted;
  add_epochs(first, {20, 40});
  first.epochs[1].metrics["accuracy"] = 0.5;
  first.metrics.push_back({Seconds{40}, 2, "accuracy", 0.5});
  first.windows.push_back({"evaluation", {Seconds{18}, Seconds{20}}});
  auto second = node("n2", 1, 100, 0, 100);
  add_epochs(second, {20, 40, 60, 80, 100});
  second.metrics.push_back({Seconds{20}, 1, "loss", 3});
  second.metrics.push_back({Seconds{80}, 4, "loss", 2});
  second.windows.push_back({"evaluation", {Seconds{18}, Seconds{20}}});
  second.windows.push_back({"evaluation", {Seconds{78}, Seconds{80}}});
  const auto joined = join_nodes({first, second});
  ASSERT_EQ(joined.epochs.size(), 5U);
  EXPECT_EQ(joined.epochs[1].metrics.at("accuracy"), 0.5);
  ASSERT_EQ(joined.metrics.size(), 2U);
  EXPECT_EQ(joined.metrics[0].name, "accuracy");
  EXPECT_EQ(joined.metrics[1].time, Seconds{80});
  EXPECT_EQ(joined.windows.size(), 2U);
  // A first node that is there to the end gives it all.
  first.span.end = Seconds{99.5};
  EXPECT_EQ(join_nodes({first, second}).epochs.size(), 2U);
}

}  // namespace
}  // namespace joulecast::trace
