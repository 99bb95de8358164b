#include "measure/measurement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <map>
#include <stdexcept>
#include <thread>

#include "store/run_store.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"

namespace joulecast::measure {
namespace {

using progress::Event;
using progress::EventKind;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;

/// A CPU that draws this power for an hour; it is measured by replaying it.
trace::Run steady_machine(double watts) {
  trace::Run run;
  run.span = {Seconds{0}, Seconds{3600}};
  trace::Trace power;
  power.channel.name = "cpu_w";
  power.channel.component = trace::Component::cpu;
  power.times = {0, 3600};
  power.values = {watts, watts};
  run.traces = {power};
  return run;
}

/// Everything that a measurement of that machine needs. The machine is never destroyed, because a sensor's
/// thread may still use it.
struct Steady {
  explicit Steady(double watts, const std::filesystem::path& store, const std::string& name = "run") {
    machines.push_back(std::make_unique<trace::Run>(steady_machine(watts)));
    environment = sensors::real_environment();
    environment.replay = machines.back().get();
    options.run.info.name = name;
    options.run.info.source = "test";
    options.sensors = {"replay"};
    options.interval = Seconds{0.01};
    options.tick = Seconds{0.02};
    options.store = store;
  }
  Result<Measurement> prepare(Observer* observer = nullptr) const {
    return Measurement::prepare(options, environment, {}, observer);
  }

  static inline std::vector<std::unique_ptr<trace::Run>> machines;
  sensors::Environment environment;
  MeasurementOptions options;
};

Event event(EventKind kind, int epoch) {
  Event event;
  event.kind = kind;
  event.time = system_clock().steady();
  event.epoch = epoch;
  return event;
}

void work_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

trace::Run stored(const std::filesystem::path& path, const std::string& reference = "") {
  auto store = store::RunStore::open(path.string(), store::Access::read);
  EXPECT_TRUE(store) << to_string(store.error());
  auto run = (*store)->load(reference);
  EXPECT_TRUE(run) << to_string(run.error());
  return run.value_or(trace::Run{});
}

/// Mean power of the readings, whatever their number and the run's length.
double mean_power(const trace::Run& run) {
  const auto& times = run.traces.at(0).times;
  const trace::Span span{Seconds{times.front()}, Seconds{times.back()}};
  return trace::energy_of(run, span).total.value_or(Joules{NAN}).value() / span.length().value();
}

int open_descriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST(Measurement, MeasuresWithoutAnyProcess) {
  const TemporaryDirectory folder;
  Steady setup(100, folder.path() / "runs.db");
  setup.options.total_epochs = 4;
  auto measurement = setup.prepare().value();
  ASSERT_TRUE(measurement.start());
  measurement.hear({event(EventKind::epoch_begin, 1)});
  work_for(0.1);
  measurement.hear({event(EventKind::epoch_begin, 2)});
  measurement.note("said by the host");
  work_for(0.1);
  measurement.tick();
  const auto live = measurement.live();
  EXPECT_EQ(live.epoch, 2);
  EXPECT_EQ(live.total_epochs, 4);
  ASSERT_TRUE(live.energy.power);
  EXPECT_NEAR(live.energy.power->value(), 100, 1e-6);
  EXPECT_GE(live.elapsed.value(), 0.2);

  const auto result = measurement.finish();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->run_id, live.run_id);
  EXPECT_EQ(result->store, folder.path() / "runs.db");
  EXPECT_GE(result->duration.value(), 0.2);
  ASSERT_TRUE(result->energy.total);

  const auto run = stored(folder.path() / "runs.db");
  EXPECT_EQ(run.info.id, result->run_id);
  EXPECT_EQ(run.status, trace::RunStatus::finished);
  EXPECT_EQ(run.exit_status, std::nullopt) << "no command was measured";
  EXPECT_NEAR(mean_power(run), 100, 1e-6);
  ASSERT_EQ(run.epochs.size(), 2U);
  EXPECT_GE(run.epochs[0].span.length().value(), 0.1);
  EXPECT_THAT(run.notes, Contains("said by the host"));
}

TEST(Measurement, ATickReadsTheSensorsBetweenTheirTurns) {
  const TemporaryDirectory folder;
  Steady setup(100, folder.path() / "runs.db");
  setup.options.interval = Seconds{60};
  auto measurement = setup.prepare().value();
  ASSERT_TRUE(measurement.start());
  double used = 0;
  for (int i = 0; i < 3; ++i) {
    work_for(0.05);
    measurement.tick();
    const auto total = measurement.live().energy.energy.total;
    ASSERT_TRUE(total);
    EXPECT_GE(total->value(), used + 5);
    used = total->value();
  }
}

TEST(Measurement, WhatIsReadAfterTheEndIsInNoComponent) {
  const TemporaryDirectory folder;
  const Steady setup(100, folder.path() / "runs.db");
  auto measurement = setup.prepare().value();
  ASSERT_TRUE(measurement.start());
  work_for(0.1);
  const auto end = system_clock().steady();
  work_for(0.1);
  const auto result = measurement.finish({trace::RunStatus::finished, {}, end});
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_NEAR(result->energy.total->value(), 100 * result->duration.value(), 1.5);
  double sum = 0;
  for (const auto& row : result->energy.components)
    if (row.in_total) sum += row.energy.value_or(Joules{0}).value();
  EXPECT_DOUBLE_EQ(sum, result->energy.total->value());
}

TEST(Measurement, TwoAtOnceInOneProcessKeepApart) {
  const TemporaryDirectory folder;
  for (const bool same_store : {false, true}) {
    const auto first_store = folder.path() / (same_store ? "both.db" : "first.db");
    const auto second_store = folder.path() / (same_store ? "both.db" : "second.db");
    const Steady first_setup(100, first_store, "first"), second_setup(250, second_store, "second");
    auto first = first_setup.prepare().value();
    ASSERT_TRUE(first.start());
    first.hear({event(EventKind::epoch_begin, 1)});
    work_for(0.05);
    auto second = second_setup.prepare().value();
    ASSERT_TRUE(second.start());
    second.hear({event(EventKind::epoch_begin, 7), event(EventKind::epoch_begin, 8)});
    work_for(0.1);
    ASSERT_TRUE(first.finish({trace::RunStatus::finished, 3, {}}));
    work_for(0.05);
    ASSERT_TRUE(second.finish());

    const auto a = stored(first_store, "first"), b = stored(second_store, "second");
    EXPECT_NEAR(mean_power(a), 100, 1e-6);
    EXPECT_NEAR(mean_power(b), 250, 1e-6);
    EXPECT_EQ(a.exit_status, 3);
    EXPECT_EQ(b.exit_status, std::nullopt);
    ASSERT_EQ(a.epochs.size(), 1U);
    ASSERT_EQ(b.epochs.size(), 2U);
    EXPECT_EQ(b.epochs[1].index, 8);
  }
}

TEST(Measurement, DestroyedWithoutFinishIsInterrupted) {
  const TemporaryDirectory folder;
  {
    auto measurement = Steady(100, folder.path() / "runs.db").prepare().value();
    ASSERT_TRUE(measurement.start());
    work_for(0.1);
  }
  const auto run = stored(folder.path() / "runs.db");
  EXPECT_EQ(run.status, trace::RunStatus::interrupted);
  EXPECT_EQ(run.exit_status, std::nullopt);
  EXPECT_NEAR(mean_power(run), 100, 1e-6);
  EXPECT_THAT(run.notes, Contains(HasSubstr("without closing the run")));
}

TEST(Measurement, DestroyedBeforeItStartsKeepsNothing) {
  const TemporaryDirectory folder;
  { const auto measurement = Steady(100, folder.path() / "runs.db").prepare().value(); }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "runs.db"));
}

TEST(Measurement, SaysWhatIsOutOfOrder) {
  const TemporaryDirectory folder;
  auto measurement = Steady(100, folder.path() / "runs.db").prepare().value();
  EXPECT_EQ(measurement.finish().error().where, "finish");
  measurement.tick();  // does nothing, and returns
  ASSERT_TRUE(measurement.start());
  EXPECT_EQ(measurement.start().error().where, "start");
  EXPECT_EQ(measurement.measure_idle(Seconds{1}).error().where, "measure_idle");
  ASSERT_TRUE(measurement.finish());
  EXPECT_EQ(measurement.finish().error().kind, ErrorKind::invalid);
  measurement.tick();
  measurement.hear({event(EventKind::epoch_begin, 1)});
}

TEST(Measurement, RefusesImpossibleOptions) {
  const TemporaryDirectory folder;
  Steady setup(100, folder.path() / "runs.db");
  setup.options.interval = Seconds{0};
  EXPECT_EQ(setup.prepare().error().where, "interval");
  setup.options.interval = Seconds{1};
  for (const double tick : {0.0, -1.0, std::nan(""), 1e12}) {
    setup.options.tick = Seconds{tick};
    EXPECT_EQ(setup.prepare().error().where, "tick") << tick;
  }
  setup.options.tick = Seconds{1};
  setup.options.sensors = {"crystal_ball"};
  EXPECT_EQ(setup.prepare().error().kind, ErrorKind::invalid);
}

TEST(Measurement, KeepsTheIdlePowerBeforeTheStart) {
  const TemporaryDirectory folder;
  auto measurement = Steady(40, folder.path() / "runs.db").prepare().value();
  const auto idle = measurement.measure_idle(Seconds{0.1});
  ASSERT_TRUE(idle && *idle);
  EXPECT_NEAR((*idle)->value(), 40, 1e-6);
  ASSERT_TRUE(measurement.start());
  work_for(0.05);
  ASSERT_TRUE(measurement.finish());
  const auto run = stored(folder.path() / "runs.db");
  ASSERT_TRUE(run.idle_baseline);
  EXPECT_NEAR(run.idle_baseline->value(), 40, 1e-6);
}

TEST(Measurement, AFasterRateThanASourceHasIsToldInANote) {
  const testing::TemporaryDirectory folder;
  Steady setup(100, folder.path() / "runs.db");
  for (const auto& [interval, expected] : std::map<double, std::size_t>{{0.01, 1}, {0.1, 0}}) {
    setup.options.sensors = {"modelled_cpu"};
    setup.options.interval = Seconds{interval};
    auto measurement = setup.prepare();
    ASSERT_TRUE(measurement) << to_string(measurement.error());
    ASSERT_TRUE(measurement->start());
    work_for(0.05);
    ASSERT_TRUE(measurement->finish());
    const auto notes = stored(folder.path() / "runs.db").notes;
    EXPECT_EQ(std::ranges::count(notes,
                                 "read less often than every 10.0 ms, because more often gives nothing new: "
                                 "modelled_cpu every 100 ms"),
              expected)
        << interval;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST(Measurement, LosesNothingAfterTheIdlePower) {
  const TemporaryDirectory folder;
  Steady setup(40, folder.path() / "runs.db");
  setup.options.interval = Seconds{0.3};  // longer than the run
  auto measurement = setup.prepare().value();
  ASSERT_TRUE(*measurement.measure_idle(Seconds{0.35}));
  ASSERT_TRUE(measurement.start());
  work_for(0.1);
  const auto result = measurement.finish();
  ASSERT_TRUE(result && result->energy.total);
  EXPECT_NEAR(result->energy.total->value(), 40 * result->duration.value(), 1e-6);
  EXPECT_GT(trace::energy_of(stored(folder.path() / "runs.db")).coverage, 0.999);
}

TEST(Measurement, HearsTheTrainingBySocket) {
  const TemporaryDirectory folder;
  Steady setup(100, folder.path() / "runs.db");
  setup.options.tick = Seconds{60};  // all messages are handled in one tick
  auto socket = progress::SocketServer::listen(folder.path()).value();
  const auto path = socket.path().string();
  auto measurement = Measurement::prepare(setup.options, setup.environment, std::move(socket)).value();
  ASSERT_TRUE(measurement.start());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  auto printed = event(EventKind::epoch_begin, 4);  // what the process itself tells would silence the client
  printed.evidence = progress::Evidence::stated;
  measurement.hear({printed});
  const Descriptor client(::socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const std::string_view told =
      "{\"event\":\"epoch\",\"epoch\":5}\n{\"event\":\"metric\",\"name\":\"f1\",\"value\":0.5}\n";
  ASSERT_EQ(::write(client.get(), told.data(), told.size()), static_cast<ssize_t>(told.size()));
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (measurement.live().epoch != 5 && std::chrono::steady_clock::now() < patience) measurement.tick();
  ASSERT_EQ(measurement.live().epoch, 5);
  EXPECT_EQ(measurement.live().metrics.at("f1"), 0.5);
  ASSERT_TRUE(measurement.finish());
  std::vector<int> epochs;
  for (const auto& epoch : stored(folder.path() / "runs.db").epochs) epochs.push_back(epoch.index);
  EXPECT_EQ(epochs, (std::vector{4, 5})) << "in the order in which they were told";
  EXPECT_FALSE(std::filesystem::exists(path)) << "nobody listens any more";
}

/// Records the calls of the observer and the thread that makes them.
class Watcher : public Observer {
 public:
  void limit_reached(const Limits::Verdict& verdict) override {
    ++limits;
    ends = verdict.action == OnLimit::terminate;
  }
  void ticked(const Live& /*live*/) override {
    sigset_t blocked;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGUSR1, SIGPROF, SIGALRM})
      takes_signals = takes_signals || sigismember(&blocked, number) == 0;
    own_thread = std::this_thread::get_id() != host;
    ++ticks;
    if (throws) throw std::runtime_error("the observer's own fault");
  }
  const std::thread::id host = std::this_thread::get_id();
  std::atomic<int> ticks = 0, limits = 0;
  std::atomic<bool> ends = false, takes_signals = false, own_thread = false;
  bool throws = false;
};

TEST(Measurement, TellsTheLimitOnceOnAThreadThatTakesNoSignals) {
  const TemporaryDirectory folder;
  Steady setup(1000, folder.path() / "runs.db");
  setup.options.limits.energy = Joules{20};
  setup.options.limits.at_energy = OnLimit::terminate;
  Watcher watcher;
  auto measurement = setup.prepare(&watcher).value();
  ASSERT_TRUE(measurement.start());
  while (watcher.limits == 0) work_for(0.01);
  work_for(0.05);
  ASSERT_TRUE(measurement.finish());
  EXPECT_EQ(watcher.limits, 1);
  EXPECT_TRUE(watcher.ends);
  EXPECT_GT(watcher.ticks, 0);
  EXPECT_TRUE(watcher.own_thread);
  EXPECT_FALSE(watcher.takes_signals);
}

TEST(Measurement, AnObserversFaultCostsNothingButANote) {
  const TemporaryDirectory folder;
  Watcher watcher;
  watcher.throws = true;
  auto measurement = Steady(100, folder.path() / "runs.db").prepare(&watcher).value();
  ASSERT_TRUE(measurement.start());
  work_for(0.1);
  while (watcher.ticks < 2) measurement.tick();
  ASSERT_TRUE(measurement.finish());
  const auto run = stored(folder.path() / "runs.db");
  EXPECT_NEAR(mean_power(run), 100, 1e-6);
  EXPECT_THAT(run.notes, Contains(HasSubstr("the observer's own fault")));
}

TEST(Measurement, LeavesTheHostsSignalsAndChildrenAlone) {
  const TemporaryDirectory folder;
  sigset_t before, after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  struct sigaction handler_before {
  }, handler_after{};
  ::sigaction(SIGCHLD, nullptr, &handler_before);
  auto measurement = Steady(100, folder.path() / "runs.db").prepare().value();
  ASSERT_TRUE(measurement.start());
  const pid_t child = ::fork();
  if (child == 0) ::_exit(42);
  work_for(0.1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 42);
  ASSERT_TRUE(measurement.finish());
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  ::sigaction(SIGCHLD, nullptr, &handler_after);
  for (int number = 1; number < SIGRTMIN; ++number)
    EXPECT_EQ(sigismember(&before, number), sigismember(&after, number)) << number;
  EXPECT_EQ(handler_before.sa_handler, handler_after.sa_handler);
}

TEST(Measurement, AfterAForkItIsTheOtherProcesss) {
  const TemporaryDirectory folder;
  const auto setup = Steady(100, folder.path() / "runs.db");
  auto measurement = std::make_unique<Measurement>(setup.prepare().value());
  ASSERT_TRUE(measurement->start());
  work_for(0.05);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    measurement->note("from the wrong process");
    measurement->tick();
    const bool refused = !measurement->finish() && measurement->live().run_id.empty();
    measurement.reset();
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "it neither hangs nor works";
  ASSERT_TRUE(measurement->finish());
  const auto run = stored(folder.path() / "runs.db");
  EXPECT_EQ(run.status, trace::RunStatus::finished);
  EXPECT_THAT(run.notes, ::testing::Not(Contains("from the wrong process")));
}

TEST(Measurement, LeavesNoDescriptorBehind) {
  const TemporaryDirectory folder;
  const auto measure_once = [&] {
    auto measurement = Steady(100, folder.path() / "runs.db").prepare().value();
    ASSERT_TRUE(measurement.start());
    ASSERT_TRUE(measurement.finish());
  };
  measure_once();  // loads everything that stays loaded (a random device, a database's locks)
  const int before = open_descriptors();
  for (int i = 0; i < 3; ++i) measure_once();
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Measurement, ItsOwnCostIsKeptWhereTheHostKnowsIt) {
  const TemporaryDirectory folder;
  Steady setup(100, folder.path() / "runs.db");
  setup.options.own_cpu = [] { return Seconds{1.5}; };
  auto measurement = setup.prepare().value();
  ASSERT_TRUE(measurement.start());
  ASSERT_TRUE(measurement.finish());
  EXPECT_NEAR(stored(folder.path() / "runs.db").sampler_cpu.value(), 1.5, 1e-9);
}

}  // namespace
}  // namespace joulecast::measure
