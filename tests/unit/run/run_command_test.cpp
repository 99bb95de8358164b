#include "run/run_command.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/files.hpp"
#include "store/run_store.hpp"
#include "support/temporary_directory.hpp"
#include "unit/run/support.hpp"

namespace joulecast::run {
namespace {

sensors::Environment environment() {
  auto environment = sensors::real_environment();
  environment.replay = &recorded();
  return environment;
}

MeasureOptions options_for(const std::string& script, const std::filesystem::path& store) {
  MeasureOptions options;
  options.command = {"sh", "-c", script};
  options.sensors = {"replay"};
  options.interval = Seconds{0.01};
  options.store = store;
  options.quiet = true;
  return options;
}

TEST(RunCommand, MeasuresACommandForAnyCaller) {
  const testing::TemporaryDirectory folder;
  const auto store_path = folder.path() / "runs.db";
  const int descriptors = open_descriptors();
  const auto result =
      measure(options_for("echo Epoch 1/2; sleep 0.1; echo Epoch 2/2; exit 7", store_path), environment());
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->exit_status, 7);
  EXPECT_GE(result->duration.value(), 0.1);
  ASSERT_TRUE(result->energy.total);
  EXPECT_LE(open_descriptors(), descriptors + 2) << "what the first run loads for good";

  const auto run =
      (*store::RunStore::open(store_path.string(), store::Access::read))->load(result->run_id).value();
  EXPECT_EQ(run.status, trace::RunStatus::failed);
  EXPECT_EQ(run.exit_status, 7);
  EXPECT_EQ(run.info.name, "sh");
  EXPECT_EQ(run.info.source, "run");
  EXPECT_EQ(run.epochs.size(), 2U);
}

TEST(RunCommand, LeavesTheProcessAsItWas) {
  const testing::TemporaryDirectory folder;
  ::unsetenv("JOULECAST_SOCKET");
  sigset_t before, after;
  ::sigprocmask(SIG_SETMASK, nullptr, &before);
  ASSERT_TRUE(
      measure(options_for("test -S \"$JOULECAST_SOCKET\"", folder.path() / "runs.db"), environment()));
  ::sigprocmask(SIG_SETMASK, nullptr, &after);
  for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGHUP})
    EXPECT_EQ(sigismember(&before, number), sigismember(&after, number)) << number;
  EXPECT_EQ(::getenv("JOULECAST_SOCKET"), nullptr);
  int subreaper = 0;
  ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper, 0, 0, 0);
  EXPECT_EQ(subreaper, 0);
}

TEST(RunCommand, WhatCannotBeStartedIsNotStored) {
  const testing::TemporaryDirectory folder;
  auto options = options_for("", folder.path() / "runs.db");
  options.command = {"no-such-command-here"};
  EXPECT_EQ(measure(options, environment()).error().kind, ErrorKind::unavailable);
  options.command = {"true"};
  options.epoch_regex = "(";
  EXPECT_EQ(measure(options, environment()).error().kind, ErrorKind::invalid);
  options.epoch_regex.clear();
  options.idle_baseline = Seconds{1e6};
  EXPECT_EQ(measure(options, environment()).error().where, "idle_baseline");
  options.idle_baseline.reset();
  options.interval = Seconds{0.0001};
  EXPECT_EQ(measure(options, environment()).error().where, "interval");
  options.command.clear();
  EXPECT_EQ(measure(options, environment()).error().kind, ErrorKind::invalid);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "runs.db"));
}

TEST(RunCommand, ALimitEndsTheCommand) {
  const testing::TemporaryDirectory folder;
  auto options = options_for("trap 'exit 9' TERM; while :; do sleep 0.05; done", folder.path() / "runs.db");
  options.limits.energy = Joules{1};
  options.limits.at_energy = measure::OnLimit::terminate;
  const auto result = measure(options, environment());
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->exit_status, 9);
  const auto run =
      (*store::RunStore::open((folder.path() / "runs.db").string(), store::Access::read))->load("").value();
  EXPECT_EQ(run.status, trace::RunStatus::stopped);
}

TEST(RunCommand, ALimitRunsACommandThatHasNothingOfOurs) {
  const testing::TemporaryDirectory folder;
  const auto told = folder.path() / "told";
  auto options = options_for("while ! test -e " + told.string() + "; do sleep 0.05; done; exit 4",
                             folder.path() / "runs.db");
  options.name = "dear \"one\"";
  options.limits.energy = Joules{1};
  options.limits.at_energy = measure::OnLimit::command;
  // ls itself opens one descriptor to read the folder.
  options.limits.command = "{ env | grep ^JOULECAST_ | sort; ls /proc/self/fd | wc -l; } > " + told.string() +
                           ".part && mv " + told.string() + ".part " + told.string();
  const auto result = measure(options, environment());
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->exit_status, 4) << "the command goes on to its own end";
  const auto text = read_file(told).value();
  EXPECT_NE(text.find("JOULECAST_RUN_ID=" + result->run_id + "\n"), std::string::npos) << text;
  EXPECT_NE(text.find("JOULECAST_RUN_NAME=dear \"one\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("JOULECAST_LIMIT_J=1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("JOULECAST_USED_J="), std::string::npos) << text;
  EXPECT_EQ(text.find("JOULECAST_PROJECTED_J="), std::string::npos) << text;
  EXPECT_NE(text.find("\n4\n"), std::string::npos) << text;
  const auto run =
      (*store::RunStore::open((folder.path() / "runs.db").string(), store::Access::read))->load("").value();
  EXPECT_EQ(run.status, trace::RunStatus::failed);
}

TEST(RunCommand, PythonDoesNotHoldItsOutputBackUnlessAsked) {
  if (::isatty(STDOUT_FILENO) == 1) GTEST_SKIP() << "for output into a pipe or file";
  const testing::TemporaryDirectory folder;
  ::unsetenv("PYTHONUNBUFFERED");
  auto options = options_for("exit ${PYTHONUNBUFFERED:-7}", folder.path() / "runs.db");
  EXPECT_EQ(measure(options, environment())->exit_status, 1);
  options.keep_buffering = true;
  EXPECT_EQ(measure(options, environment())->exit_status, 7);
  options.keep_buffering = false;
  ::setenv("PYTHONUNBUFFERED", "3", 1);
  EXPECT_EQ(measure(options, environment())->exit_status, 3) << "the user's own setting stays";
  ::unsetenv("PYTHONUNBUFFERED");
}

TEST(RunCommand, AdoptsAndReapsOrphansWhereAsked) {
  const testing::TemporaryDirectory folder;
  auto options = options_for("(sleep 0.2 &) ; sleep 0.5", folder.path() / "runs.db");
  options.adopt_orphans = true;
  ASSERT_TRUE(measure(options, environment()));
  int subreaper = 0;
  ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper, 0, 0, 0);
  EXPECT_EQ(subreaper, 0) << "only while the command runs";
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "the orphan was ours, and was reaped";
}

}  // namespace
}  // namespace joulecast::run
