#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>

#include "base/files.hpp"
#include "lab/execute/collect.hpp"
#include "lab/execute/conduct.hpp"
#include "lab/execute/noise.hpp"
#include "lab/execute/outcome.hpp"
#include "lab/execute/output_watch.hpp"
#include "lab/execute/setup.hpp"
#include "lab/execute/tool.hpp"
#include "lab/runner/resume.hpp"
#include "lab/runner/steadiness.hpp"
#include "plan_of.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::lab {
namespace {

/// What the libraries really print.
TEST(OutputWatch, KnowsHowMemoryRunsOut) {
  const auto plan = *plan_with("");
  for (const auto* line : {
           "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 7.79 GiB "
           "total capacity)",
           "RuntimeError: CUDA error: out of memory",
           "torch.OutOfMemoryError: HIP out of memory. Tried to allocate 2.00 GiB",
           "RuntimeError: MPS backend out of memory (MPS allocated: 8.88 GB)",
           "RuntimeError: [enforce fail at alloc_cpu.cpp:75] err == 0. DefaultCPUAllocator: can't allocate "
           "memory: you tried to allocate 4000000000000 bytes.",
           "RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
           "tensorflow.python.framework.errors_impl.ResourceExhaustedError: Graph execution error:",
           "OOM when allocating tensor with shape[256,512,14,14] and type float on /job:localhost",
           "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate "
           "8589934592 bytes.",
           "MemoryError",
           "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB for an array with shape "
           "(1000000000,)",
           "terminate called after throwing an instance of 'std::bad_alloc'",
           "OSError: [Errno 12] Cannot allocate memory",
           "slurmstepd: error: Detected 1 oom_kill event in StepId=12.0. Some of the step tasks have been "
           "OOM Killed.",
       }) {
    OutputWatch watch(plan);
    watch.hear(1, std::string(line) + "\n");
    EXPECT_FALSE(watch.out_of_memory().empty()) << line;
    EXPECT_TRUE(watch.disk_full().empty()) << line;
  }
}

TEST(OutputWatch, TakesNothingElseForIt) {
  const auto plan = *plan_with("");
  OutputWatch watch(plan);
  for (const auto* line : {"Epoch 3/10 memory: 3.4 GB", "GPU memory allocated: 7 GiB",
                           "handled MemoryErrors: 0", "Loading room.py", "free space on device: 3 GB"})
    watch.hear(0, std::string(line) + "\n");
  EXPECT_EQ(watch.out_of_memory(), "");
  EXPECT_EQ(watch.disk_full(), "");
}

TEST(OutputWatch, KnowsAFullDisk) {
  const auto plan = *plan_with("");
  OutputWatch watch(plan);
  watch.hear(1, "OSError: [Errno 28] No space left on device: 'x.pt'");
  EXPECT_EQ(watch.disk_full(), "");
  watch.finish();
  EXPECT_EQ(watch.disk_full(), "OSError: [Errno 28] No space left on device: 'x.pt'");
}

TEST(OutputWatch, HearsLinesInPieces) {
  const auto plan =
      *parse_plan(std::string(small_plan) + "[metrics]\nf1 = {regex = \"f1=([0-9.e-]+)\"}\n", "p.toml");
  const std::string text = "f1=0.25\rf1=0.5\nCUDA out of memory\nno figure f1=x\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    OutputWatch watch(plan);
    watch.hear(0, text.substr(0, cut));
    watch.hear(1, "f1");  // another stream in between
    watch.hear(0, text.substr(cut));
    watch.finish();
    EXPECT_EQ(watch.metrics().at("f1"), 0.5) << cut;
    EXPECT_EQ(watch.out_of_memory(), "CUDA out of memory") << cut;
  }
}

TEST(OutputWatch, IsAsThePlanSays) {
  const auto plan = *parse_plan(
      std::string(small_plan) + "[out_of_memory]\noutput = [\"no more (room|place)\"]\nusual = false\n",
      "p.toml");
  OutputWatch watch(plan);
  watch.hear(0, "CUDA out of memory\n");
  EXPECT_EQ(watch.out_of_memory(), "");
  watch.hear(0, "there is no more place\n");
  EXPECT_EQ(watch.out_of_memory(), "there is no more place");
}

TEST(Outcome, IsToldApart) {
  const auto plan = *parse_plan(
      "timeout = \"1h\"\n" + std::string(small_plan) + "[out_of_memory]\nexit_status = [17]\n", "p.toml");
  const auto outcome = [&](EndSeen end) { return judge(end, plan).outcome; };
  EXPECT_EQ(outcome({}), Outcome::finished);
  EXPECT_EQ(outcome({.exit_status = 0, .memory_sign = "CUDA out of memory"}), Outcome::finished);
  EXPECT_EQ(outcome({.exit_status = 1}), Outcome::failed);
  EXPECT_EQ(outcome({.exit_status = 1, .memory_sign = "x"}), Outcome::out_of_memory);
  EXPECT_EQ(outcome({.exit_status = 17}), Outcome::out_of_memory);
  EXPECT_EQ(outcome({.exit_status = 1, .disk_sign = "x"}), Outcome::disk_full);
  EXPECT_EQ(outcome({.exit_status = 128 + SIGKILL}), Outcome::killed);
  EXPECT_EQ(outcome({.exit_status = 128 + SIGKILL, .kernel_killed = true}), Outcome::out_of_memory);
  EXPECT_EQ(outcome({.exit_status = 128 + SIGSEGV}), Outcome::killed);
  EXPECT_EQ(judge({.exit_status = 128 + SIGSEGV}, plan).reason, "by SIGSEGV");
  EXPECT_EQ(outcome({.exit_status = 255}), Outcome::failed);
  EXPECT_EQ(outcome({.exit_status = 0, .timed_out = true}), Outcome::timeout);
  EXPECT_EQ(outcome({.exit_status = 130, .asked_to_end = true}), Outcome::interrupted);
  EXPECT_EQ(outcome({.exit_status = 0, .asked_to_end = true}), Outcome::interrupted)
      << "it may have saved what it had, and ended well";
  EXPECT_EQ(outcome({.exit_status = 143, .over_budget = true}), Outcome::interrupted);
}

TEST(SetUp, FillsInTheLevels) {
  const auto plan = *parse_plan(
      std::string("name = \"c\"\nseed = 40\ntags = {batch_size = \"{batch}\"}\n") + std::string(small_plan) +
          "[environments.one]\ngpus = [1, 0]\ncpus = \"3\"\nvariables = {LR = \"0.{batch}\"}\n",
      "p.toml");
  const auto& cell = plan.cells[1];
  const auto setup = set_up(plan, cell, {Role::cell, cell.id, 3, 2});
  EXPECT_EQ(setup.command[2], "resnet18");
  EXPECT_EQ(setup.command[4], "42");
  EXPECT_EQ(setup.command[5], setup.output.string());
  EXPECT_TRUE(setup.output.is_absolute());
  EXPECT_TRUE(setup.output.string().ends_with("3-attempt-2"));
  EXPECT_EQ(setup.tags.at("batch_size"), "32");
  EXPECT_EQ(setup.tags.at("architecture"), "resnet18");
  EXPECT_EQ(setup.tags.at("campaign"), "c");
  EXPECT_EQ(setup.tags.at("repetition"), "3");
  EXPECT_FALSE(setup.tags.contains("role"));
  const std::map<std::string, std::string> variables(setup.variables.begin(), setup.variables.end());
  EXPECT_EQ(variables.at("CUDA_VISIBLE_DEVICES"), "1,0");
  EXPECT_EQ(variables.at("CUDA_DEVICE_ORDER"), "PCI_BUS_ID");
  EXPECT_EQ(variables.at("LR"), "0.32");
  EXPECT_EQ(set_up(plan, cell, {Role::cell, cell.id, 1, 1}, "/warm").command[5], "/warm");
}

TEST(Collect, ReadsFiguresOfFiles) {
  const testing::TemporaryDirectory folder;
  const auto plan = *parse_plan(std::string(small_plan) + R"([metrics]
f1 = {file = "m.json", key = "test.f1"}
second = {file = "m.json", key = "list.1"}
none = {file = "m.json", key = "test.f2"}
text = {file = "m.json", key = "name"}
lost = {file = "n.json", key = "a"}
)",
                                folder.path() / "p.toml");
  auto setup = set_up(plan, plan.cells[0], {Role::cell, plan.cells[0].id, 1, 1});
  std::filesystem::create_directories(setup.output);
  folder.write(std::filesystem::relative(setup.output / "m.json", folder.path()),
               R"({"test": {"f1": 0.5}, "list": [1, 2], "name": "x"})");
  const auto result = figures_in_files(setup, plan);
  EXPECT_EQ(result.figures, (std::map<std::string, double>{{"f1", 0.5}, {"second", 2}}));
  EXPECT_EQ(result.missing.size(), 3u);
}

TEST(Collect, CopiesFilesAndTellsWhatIsNotThere) {
  const testing::TemporaryDirectory folder;
  const auto plan = *parse_plan("collect = [\"out/*.csv\", \"none*\"]\n" + std::string(small_plan),
                                folder.path() / "p.toml");
  const auto setup = set_up(plan, plan.cells[0], {Role::cell, plan.cells[0].id, 1, 1});
  std::filesystem::create_directories(setup.output);
  folder.write("out/a.csv", "1");
  folder.write("out/b.csv", "2");
  const auto problems = collect_files(setup);
  EXPECT_EQ(problems, std::vector<std::string>{"nothing to collect for none*"});
  EXPECT_TRUE(std::filesystem::exists(setup.output / "a.csv"));
  EXPECT_TRUE(std::filesystem::exists(setup.output / "b.csv"));
}

TEST(Collect, NeitherOverwritesAFileWithAnotherNorTakesTheFolderForAPattern) {
  const testing::TemporaryDirectory home;
  const auto folder = home.path() / "a[1]*";
  const auto plan = *parse_plan("collect = [\"out/*/m.csv\", \"./out/x/m.csv\"]\n" + std::string(small_plan),
                                folder / "p.toml");
  const auto setup = set_up(plan, plan.cells[0], {Role::cell, plan.cells[0].id, 1, 1});
  std::filesystem::create_directories(setup.output);
  home.write("a[1]*/out/x/m.csv", "1");
  home.write("a[1]*/out/y/m.csv", "2");
  const auto problems = collect_files(setup);
  EXPECT_EQ(problems, std::vector<std::string>{fmt::format("{} was not collected: {} has the same name",
                                                           (folder / "out/y/m.csv").string(),
                                                           (folder / "out/x/m.csv").string())});
  EXPECT_EQ(read_file(setup.output / "m.csv").value(), "1");
}

TEST(NoiseOf, ReadsTheKernelsCounters) {
  const testing::TemporaryDirectory folder;
  Roots roots;
  roots.proc = folder.path();
  folder.write("loadavg", "1.50 1.20 0.90 2/345 6789\n");
  folder.write("pressure/cpu",
               "some avg10=12.50 avg60=1.00 avg300=0.50 total=2000000\nfull avg10=0.00 total=0\n");
  folder.write("stat", "cpu  1000 0 500 9000 100 0 0 0 0 0\ncpu0 1 2 3\n");
  folder.write("vmstat", "nr_free_pages 1\noom_kill 4\n");
  const auto before = read_noise(roots);
  EXPECT_EQ(before.load, 1.5);
  EXPECT_EQ(before.recent_pressure, 0.125);
  EXPECT_EQ(before.waited, Seconds{2});
  EXPECT_EQ(before.oom_kills, 4u);
  auto after = before;
  after.waited = Seconds{3};
  after.busy = *before.busy + Seconds{15};
  after.children = before.children + Seconds{5};
  const auto noise = noise_between(before, after, Seconds{10});
  EXPECT_NEAR(*noise.pressure, 0.1, 1e-12);
  EXPECT_NEAR(*noise.others_cpu, 1, 1e-12);
  EXPECT_EQ(noise.load, 1.5);
  EXPECT_EQ(why_busy(before, {.load = 0.5, .pressure = 0.1}, 2, 0).size(), 2u);
  EXPECT_TRUE(why_busy(before, {.load = 1, .pressure = 0.2}, 2, 0).empty());
  EXPECT_EQ(why_busy(before, {.load = 1, .pressure = 0.2}, 2, 3).size(), 1u);
}

TEST(NoiseOf, KnowsNothingWhereTheKernelDoesNotTell) {
  const testing::TemporaryDirectory folder;
  Roots roots;
  roots.proc = folder.path();
  const auto counters = read_noise(roots);
  EXPECT_FALSE(counters.load || counters.recent_pressure || counters.waited || counters.busy ||
               counters.oom_kills);
  const auto noise = noise_between(counters, counters, Seconds{1});
  EXPECT_FALSE(noise.load || noise.pressure || noise.others_cpu);
  EXPECT_TRUE(why_busy(counters, {}, 1, std::nullopt).empty());
}

TEST(ConductOf, FlagsThrottlingAndOtherClocks) {
  Conduct conduct;
  EXPECT_TRUE(flags_of(conduct, 1e9).empty());
  conduct.throttled_by_heat = 0.12;
  conduct.throttled_by_power = 0.001;
  conduct.gpu_clock_hz = 1.05e9;
  EXPECT_EQ(flags_of(conduct, 1e9), (std::vector<std::string>{"throttled by heat for 12 % of the time",
                                                              "clocks +5.0 % from the cell's other runs"}));
}

TEST(AskTool, TellsAnswersAndFailuresApart) {
  EXPECT_EQ(*ask_tool({"echo", "a"}), "a\n");
  EXPECT_FALSE(ask_tool({"no-such-tool-anywhere"}));
  const auto failed = ask_tool({"sh", "-c", "echo first; echo last >&2; exit 3"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "last");
  const auto late = ask_tool({"sleep", "60"}, Seconds{0.1});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::retry);
}

/// Against numpy.polyfit([0, 1, 2, 3], [1, 3, 2, 5], 1, cov=True): slope 1.1, and its standard error, 0.5196.
TEST(Steadiness, LineIsThatOfLeastSquares) {
  const auto line = line_through({{0, 1}, {1, 3}, {2, 2}, {3, 5}});
  ASSERT_TRUE(line);
  EXPECT_NEAR(line->slope, 1.1, 1e-12);
  EXPECT_NEAR(line->mean, 2.75, 1e-12);
  EXPECT_NEAR(line->half_width, 4.302653 * std::sqrt(0.27), 1e-5);  // t(0.975, 2)
  EXPECT_FALSE(line_through({{0, 1}, {1, 2}}));
  EXPECT_FALSE(line_through({{1, 1}, {1, 2}, {1, 3}}));
}

TEST(Steadiness, NeedsAFullWindowAndAFlatLine) {
  Steadiness rising(Seconds{10}), flat(Seconds{10}), hot(Seconds{10});
  for (int t = 0; t <= 20; ++t) {
    const Seconds time{static_cast<double>(t)};
    rising.add_power(time, Watts{100.0 + t});
    flat.add_power(time, Watts{100.0 + 0.01 * (t % 2)});
    hot.add_power(time, Watts{100.0 + 0.01 * (t % 2)});
    hot.add_temperature(time, "gpu 0", 50 + 0.1 * t);
    if (t < 9) {
      EXPECT_FALSE(flat.is_steady(0.01, 1));
    }
  }
  EXPECT_TRUE(flat.is_steady(0.01, 1));
  EXPECT_FALSE(rising.is_steady(0.01, 1));
  EXPECT_NEAR(rising.power_slope()->value, 60.0 / 115, 1e-9);  // of the mean of the last ten seconds
  EXPECT_FALSE(hot.is_steady(0.01, 1));
  EXPECT_NEAR(*hot.temperature_change(), 6, 1e-9);
  EXPECT_TRUE(hot.is_steady(0.01, 7));
}

}  // namespace
}  // namespace joulecast::lab
