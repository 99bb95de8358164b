#include "run/command_run.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/printable.hpp"
#include "base/roots.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "carbon/intensity.hpp"
#include "progress/meeting.hpp"
#include "progress/rank_link.hpp"
#include "progress/socket_server.hpp"
#include "run/command_name.hpp"
#include "run/live_mode.hpp"
#include "run/tell.hpp"
#include "trace/probe_tag.hpp"

namespace joulecast::run {
namespace {

/// How long the command waits for GPU drivers. Slower drivers join the run later.
constexpr Seconds driver_patience{1};
constexpr const char* socket_variable = "JOULECAST_SOCKET";

Seconds own_cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return Seconds{seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

/// Whether the command's output goes to a terminal, where Python does not hold it back.
bool writes_to_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

/// Opens the socket on which the training can report its epochs. Without it the training can still print
/// them.
Result<progress::SocketServer> listen_for_training(const trace::Job& job) {
  return progress::listen_for(job, temporary_directory());
}

/// Whether a command that was asked to end has done so by dying, or says that it did (as shells and Python
/// do).
bool ended_by_a_signal(int exit_status) {
  return exit_status == 128 + SIGKILL || (exit_status > 128 && ends_a_process(exit_status - 128));
}

}  // namespace

std::string CommandRun::name() const {
  return options_.name.empty() ? run_name_of(options_.command) : options_.name;
}

measure::MeasurementOptions CommandRun::measurement_options() const {
  measure::MeasurementOptions wanted;
  wanted.run.info.name = options_.keep_arguments ? name() : without_secrets(name());
  wanted.run.info.source = "run";
  wanted.run.command = options_.keep_arguments ? options_.command : without_secrets(options_.command);
  wanted.run.tags = options_.keep_arguments ? options_.tags : without_secrets(options_.tags);
  if (options_.probe) wanted.run.tags.emplace(trace::probe_tag, to_text(options_.probe->at_most));
  wanted.run.place = options_.place;
  wanted.interval = options_.interval;
  wanted.sensors = options_.sensors;
  // If an idle baseline is measured the user waits anyway, and the baseline should include the GPUs.
  wanted.driver_patience = std::max(driver_patience, options_.idle_baseline.value_or(Seconds{0}));
  wanted.store = options_.store;
  wanted.limits = options_.limits;
  wanted.continues = options_.continues;
  wanted.keep_command = options_.keep_arguments;
  wanted.total_epochs = options_.total_epochs;
  wanted.total_steps = options_.total_steps;
  wanted.own_cpu = own_cpu_time;
  return wanted;
}

measure::NodeOptions CommandRun::node_options(const sensors::Environment& environment) const {
  measure::NodeOptions wanted;
  wanted.measurement = measurement_options();
  wanted.given_name = options_.name.empty() ? "" : wanted.measurement.run.info.name;
  if (const char* outer = environment.variable ? environment.variable(socket_variable) : nullptr)
    wanted.outer_socket = outer;
  return wanted;
}

Status CommandRun::prepare(sensors::Environment environment) {
  clock_ = environment.clock;
  auto signals = guard_.descriptor();
  if (!signals) return propagate(signals.error());
  signals_ = std::move(*signals);

  ChildOptions child_options{options_.command, {}, options_.watch_output};
  if (const auto& supervision = options_.supervision) {
    child_options.environment = supervision->variables;
    child_options.cpus = supervision->cpus;
    child_options.dies_with_parent = true;
  }
  std::optional<progress::SocketServer> socket;
  const auto job = trace::job_of(environment.variable);
  auto listening = listen_for_training(job);
  if (listening) {
    child_options.environment.emplace_back(socket_variable, listening->path().string());
    socket.emplace(std::move(*listening));
  }
  // A program in it then knows that this measurement is its rank's, and not that of a whole launch.
  is_rank_ = trace::may_share_node(job);
  if (is_rank_) child_options.environment.emplace_back("JOULECAST_RANK", std::to_string(*job.local_rank));
  if (options_.watch_output && !options_.keep_buffering && !writes_to_terminal() &&
      can_be_relayed(STDOUT_FILENO) && ::getenv("PYTHONUNBUFFERED") == nullptr)
    child_options.environment.emplace_back("PYTHONUNBUFFERED", "1");
  if (options_.adopt_orphans) orphans_.emplace();
  auto child = Child::prepare(child_options, guard_);
  if (!child) return propagate(child.error());
  child_.emplace(std::move(*child));
  environment.pid = child_->pid();
  if (const auto started = start_relay(); !started) return started;
  find_intensity();

  auto measurement =
      measure::NodeMeasurement::prepare(node_options(environment), environment, std::move(socket), this);
  if (!measurement) return propagate(measurement.error());
  measurement_.emplace(std::move(*measurement));
  heard_by_ = &*measurement_;
  if (!listening)
    measurement_->note("the training cannot report through the socket: " + to_string(listening.error()));
  return {};
}

Status CommandRun::start_relay() {
  auto streams = child_->take_streams();
  live_ = options_.quiet ? LiveMode::off : choose_live_mode(options_.live, streams);
  terminal_stream_ = streams.out_is_terminal ? STDOUT_FILENO : STDERR_FILENO;
  columns_ = live_columns(terminal_stream_);
  if (streams.own_session) keys_ = TerminalKeys(streams.out.get());
  Listener listener;
  const auto tell_events = [this](std::vector<progress::Event> events) {
    auto* const measurement = heard_by_.load();
    if (measurement != nullptr && !events.empty()) measurement->hear(std::move(events));
  };
  listener.hear = [this, tell_events](int stream, std::string_view bytes, SteadyTime time) {
    if (options_.supervision && options_.supervision->hear) options_.supervision->hear(stream, bytes);
    tell_events(
        recogniser_.feed(bytes, time, stream == 0 ? progress::Stream::output : progress::Stream::error));
  };
  listener.settle = [this, tell_events] { tell_events(recogniser_.settle()); };
  auto relay = Relay::start(std::move(streams), live_, std::move(listener));
  if (!relay) return propagate(relay.error());
  relay_.emplace(std::move(*relay));
  return {};
}

/// An unknown place only means that emissions are missing. The run stores the place as given, and `show`
/// explains the reason too.
void CommandRun::find_intensity() {
  const auto& place = options_.place;
  if (!place.known()) return;
  const auto one = carbon::estimate(KilowattHours{1}, place, carbon::IntensityTable::read());
  if (one.mass)
    intensity_ = GramsPerKilowattHour{one.mass->value()};
  else
    say("energy only, no emissions: " + one.reason);
}

/// Measures mean power before the command starts.
Status CommandRun::measure_idle() {
  if (!options_.idle_baseline) return {};
  say(fmt::format("measuring the idle machine for {}", to_text(*options_.idle_baseline)));
  const auto power =
      measurement_->measure_idle(*options_.idle_baseline, [this] { return guard_.asked_to_end(); });
  if (!power) return propagate(power.error());
  if (guard_.asked_to_end()) return fail(ErrorKind::gone, "run", "interrupted before the command began");
  if (!*power && measurement_->measures()) say("nothing measures the idle machine: no baseline");
  return {};
}

/// Everything that can fail was made before. From the release on, the command's exit status must be returned
/// whatever happens to the measurement.
Status CommandRun::begin() {
  keys_.take_lines();
  relay_->resume();
  keys_.resume();
  last_resort_.emplace(child_->pid(), child_->news());
  const measure::Moment start{clock_->wall(), clock_->steady()};
  if (const auto released = child_->release(); !released) return released;
  if (options_.supervision && options_.supervision->timeout)
    deadline_ = start.steady + *options_.supervision->timeout;
  const auto failure = failure_of([&] {
    if (const auto started = measurement_->start(start); !started)
      say("nothing is measured: " + to_string(started.error()));
  });
  if (failure) tell("joulecast: nothing is measured: {}\n", *failure);
  return {};
}

Result<MeasureResult> CommandRun::run() {
  if (const auto idle = measure_idle(); !idle) return propagate(idle.error());
  if (const auto begun = begin(); !begun) return propagate(begun.error());
  watch();
  return finish();
}

/// A training may catch Ctrl-C, save its state and leave in its own way, with any exit status.
measure::Ending CommandRun::ending() const {
  using enum trace::RunStatus;
  measure::Ending ending{*exit_status_ == 0 ? finished : failed, exit_status_, end_};
  if (signalled_ && (ended_by_a_signal(*exit_status_) || (asked_to_end_ && *exit_status_ != 0)))
    ending.status = interrupted;
  ending.was_asked_to_end = asked_to_end_;
  if (ended_by_limit_) ending.status = stopped;
  return ending;
}

/// A measurement within another one is a run of its own, and the other one has seen the same energy.
void CommandRun::tell_outer_run() {
  const char* socket = ::getenv(socket_variable);
  if (socket == nullptr || *socket == '\0' || !measurement_->measures() ||
      !progress::RankLink::connect(socket))
    return;
  const auto said = read_file(std::string(socket) + ".run");
  if (!said) return;
  const auto line = fmt::format(
      "this measurement is within that of run {}, whose total has the same energy: do not add the two",
      printable(said->substr(0, said->find('\n'))));
  measurement_->note(line);
  say(line);
}

/// Lets go of the relay. Lines of ours are written here from now on.
void CommandRun::finish_relay() {
  const auto relayed = relay_->finish();
  relay_left_ = true;
  if (relayed.within_line && !options_.quiet) tell("\n");
  if (relayed.unheard > 0)
    measurement_->note(fmt::format("{} bytes of the output could not be read in time; epochs may be missing",
                                   relayed.unheard));
  if (relayed.unwritten > 0) {
    output_lost_ = fmt::format("{} bytes of the command's output could not be written: {}", relayed.unwritten,
                               std::strerror(relayed.unwritten_errno));
    measurement_->note(output_lost_);
    say(output_lost_);
  }
  if (relayed.replaced > 0)
    measurement_->note(fmt::format(
        "the process that passes the output on was killed{}",
        relayed.killed_with > 0 ? fmt::format("; {} bytes of it are lost", relayed.killed_with) : ""));
}

/// As if the training had reported them with its last breath.
void CommandRun::tell_metrics() {
  if (!options_.supervision || !options_.supervision->metrics) return;
  std::vector<progress::Event> events;
  for (const auto& [name, value] : options_.supervision->metrics()) {
    progress::Event event;
    event.kind = progress::EventKind::metric;
    event.time = end_;
    event.name = name;
    event.value = value;
    events.push_back(std::move(event));
  }
  if (!events.empty()) measurement_->hear(std::move(events));
}

/// A command that starts its work in the background and returns is not what the user meant to measure.
void CommandRun::tell_left_behind() {
  if (!orphans_) return;
  const auto names = orphans_->left(child_->command());
  if (names.empty()) return;
  const auto line = fmt::format(
      "{} that the command started in the background still run{} and {} not measured any more: {}",
      names.size() == 1 ? "a process" : fmt::format("{} processes", names.size()),
      names.size() == 1 ? "s" : "", names.size() == 1 ? "is" : "are", fmt::join(names, ", "));
  measurement_->note(line);
  say(line);
}

MeasureResult CommandRun::finish() {
  MeasureResult result;
  result.exit_status = *exit_status_;
  result.timed_out = timed_out_;
  result.over_limit = ended_by_limit_ && !timed_out_ && !options_.probe;
  result.asked_to_end = signalled_ || guard_.asked_to_end();
  const auto failure = failure_of([&] {
    finish_relay();
    result.output_lost = output_lost_;
    tell_left_behind();
    tell_metrics();
    tell_outer_run();
    auto measured = measurement_->finish(ending());
    result.is_attached = !measurement_->measures();
    if (!measured) return say("what the command cost was lost: " + to_string(measured.error()));
    result.run_id = measured->run_id;
    result.store = measured->store;
    result.journal = measured->journal;
    result.energy = std::move(measured->energy);
    result.duration = measured->duration;
    if (options_.probe) result.probe = std::move(probe_);
  });
  if (failure) tell("joulecast: what the command cost was lost: {}\n", *failure);
  return result;
}

}  // namespace joulecast::run
