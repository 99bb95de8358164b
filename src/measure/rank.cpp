#include "measure/rank.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <set>
#include <thread>
#include <utility>

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "measure/rank_boards.hpp"

namespace joulecast::measure {
namespace {

using progress::RankLink;
using progress::RankMessage;
using progress::RankOrder;

/// How long the ranks of a launch may take to agree on the one that measures.
constexpr auto meeting_patience = std::chrono::seconds(1);
constexpr auto between_tries = std::chrono::milliseconds(1);
/// In which most launches end once their first rank has ended.
constexpr Seconds ending_patience{2};
/// The same for a rank that failed or was asked to end: its launcher ends the others once it knows, and kills
/// after a second whoever is still there. Ranks that fail together end within this.
constexpr Seconds failing_patience{0.5};
/// For another rank to open its sensors.
constexpr Seconds successor_patience{3};
/// For what an attached rank still has to say at its end.
constexpr int farewell_patience_ms = 200;
/// For the rank that measures to close its run, where all are asked to end.
constexpr auto closing_patience = std::chrono::milliseconds(700);
/// How often the run of the rank that measures is looked for, and a rank that measures, where there is none.
constexpr int look_ms = 50;
constexpr int idle_ms = 1000;
/// Of the latest events, while there is no rank to tell them to.
constexpr std::ptrdiff_t most_untold = 10'000;

std::optional<FoundRun> run_behind(const std::filesystem::path& socket) {
  const auto text = read_file(socket.string() + ".run");
  if (!text) return std::nullopt;
  const auto lines = split(*text, '\n');
  if (lines.size() < 2 || lines[0].empty()) return std::nullopt;
  return FoundRun{std::string(lines[0]), std::string(lines[1])};
}

std::string rank_text(const trace::Job& job) {
  auto text = job.rank ? fmt::format("rank {}", *job.rank) : fmt::format("local rank {}", *job.local_rank);
  if (job.world_size) text += fmt::format(" of {}", *job.world_size);
  std::array<char, 256> host{};
  (void)::gethostname(host.data(), host.size() - 1);
  const std::string node = job.node.empty() ? host.data() : job.node;
  return node.empty() ? text : text + " on " + node;
}

RankMessage farewell(std::optional<int> exit_status = {}) {
  RankMessage message;
  message.kind = RankMessage::Kind::left;
  message.exit_status = exit_status;
  return message;
}

}  // namespace

Status Rank::prepare() {
  if (!trace::may_share_node(job_)) return measure();
  // Ranks of a launch that is measured as a whole are part of that.
  if (!options_.outer_socket.empty() && attach_to(options_.outer_socket)) return start_thread();
  if (!socket_) return measure_alone("no socket can be opened in the folder of temporary files (TMPDIR)");
  auto meeting = progress::Meeting::of(job_, meeting_folder(), options_.within);
  if (!meeting) return measure_alone(to_string(meeting.error()));
  meeting_.emplace(std::move(*meeting));
  const auto deadline = std::chrono::steady_clock::now() + meeting_patience;
  while (!agree()) {
    if (std::chrono::steady_clock::now() >= deadline) break;  // the thread goes on trying
    std::this_thread::sleep_for(between_tries);
  }
  return meeting_->is_ours() ? measure() : start_thread();
}

/// That of the socket, which may be another one than that of the temporary files (listen_for).
std::filesystem::path Rank::meeting_folder() const {
  return socket_->path().parent_path().parent_path();
}

/// As each of this node's ranks does then.
Status Rank::measure_alone(const std::string& reason) {
  const auto size = job_.local_size.value_or(0);
  const auto times = size < 2 ? "more than once" : size == 2 ? "twice" : fmt::format("{} times", size);
  const auto line = fmt::format(
      "the ranks of this node cannot agree on one that measures it: each measures all of it, and its energy "
      "may be counted {}: {}",
      times, reason);
  observer_->trouble(line);
  auto measured = measure();
  if (measured) own()->note(line);
  return measured;
}

/// Whether this rank has the lock or is attached to the one that has it.
bool Rank::agree() {
  if (meeting_->take(socket_->path())) return true;
  const auto found = meeting_->look();
  return found && attach_to(*found);
}

bool Rank::attach_to(const std::filesystem::path& socket) {
  auto link = RankLink::connect(socket);
  if (!link) return false;
  link_.emplace(std::move(*link));
  their_socket_ = socket;
  RankMessage greeting;
  greeting.kind = RankMessage::Kind::attach;
  greeting.greeting = {job_.rank,
                       job_.local_rank,
                       ::getpid(),
                       options_.given_name,
                       limits_are_over_ ? progress::RankLimits{} : limits_of(options_.measurement.limits),
                       seen_boards(environment_)};
  link_->say(greeting);
  return true;
}

Status Rank::measure() {
  auto environment = environment_;
  auto wanted = options_.measurement;
  wanted.run.info.job = job_;
  wanted.known_limits = known_limits_;
  wanted.a_rank_was_lost = their_rank_was_lost_;
  if (limits_are_over_) {  // the command is ending; to ask it twice may keep it from saving its state
    wanted.limits = {};
    wanted.known_limits.clear();
  }
  {
    const std::lock_guard lock(mutex_);
    if (!run_.id.empty()) {
      wanted.continues = {};
      wanted.continues.run = run_.id;
      wanted.continues.is_left_to_us = true;
    }
  }
  if (job_.local_size) environment.local_ranks = *job_.local_size;
  environment.local_rank = job_.local_rank.value_or(0);
  auto prepared = Measurement::prepare(std::move(wanted), environment, std::move(socket_), observer_);
  socket_.reset();
  if (!prepared) return propagate(prepared.error());
  const std::lock_guard lock(mutex_);
  own_ = std::make_shared<Measurement>(std::move(*prepared));
  return {};
}

Status Rank::start_thread() {
  auto wake_up = WakeUp::create();
  if (!wake_up) return propagate(wake_up.error());
  wake_up_.emplace(std::move(*wake_up));
  attached_ = true;
  auto thread = joulecast::start_thread([this] { work(); });
  if (!thread) return propagate(thread.error());
  thread_ = std::move(*thread);
  return {};
}

void Rank::leave_thread() {
  if (!thread_.joinable()) return;
  leaving_ = true;
  wake_up_->set();
  thread_.join();
}

void Rank::work() {
  while (!leaving_ && !own()) {
    (void)failure_of([this] {
      pollfd waiting[3] = {{wake_up_->descriptor(), POLLIN, 0},
                           {socket_ ? socket_->descriptor() : -1, POLLIN, 0},
                           {link_ ? link_->descriptor() : -1, static_cast<short>(POLLIN), 0}};
      if (link_ && link_->has_more()) waiting[2].events |= POLLOUT;
      (void)::poll(waiting, 3, run_told_ && link_ ? idle_ms : look_ms);
      if (waiting[0].revents != 0) wake_up_->clear();
      pass_on();
      look_for_run();
      if (!link_ && !leaving_) take_over();
      if (!link_) return;
      std::error_code ignored;
      const auto heard = link_->read();
      if (heard.gone) link_.reset();
      for (const auto& order : heard.orders) take_order(order);
      // Who ends by itself takes its socket away.
      if (heard.gone && std::filesystem::exists(their_socket_, ignored)) their_rank_was_lost_ = true;
      const bool left_to_us = std::ranges::any_of(
          heard.orders, [](const RankOrder& order) { return order.kind == RankOrder::Kind::take_over; });
      if ((left_to_us || heard.gone) && !leaving_) take_over();
    });
  }
}

void Rank::take_order(const RankOrder& order) {
  if (order.kind == RankOrder::Kind::end) {
    // Twice may keep a command from saving its state.
    if (!std::exchange(limits_are_over_, true)) observer_->asked_to_end(order.why);
  } else if (order.kind == RankOrder::Kind::limits) {
    std::erase_if(known_limits_,
                  [&](const progress::KnownLimits& known) { return known.limits == order.known.limits; });
    known_limits_.push_back(order.known);
  } else if (order.kind == RankOrder::Kind::reached) {
    const auto joules = [](std::optional<double> value) {
      return value ? std::optional(Joules{*value}) : std::nullopt;
    };
    observer_->limit_reached({order.why, OnLimit::command, joules(order.limit_j), joules(order.used_j),
                              joules(order.projected_j), order.run_id});
  }
}

/// What this rank and its processes say of the training.
void Rank::pass_on() {
  {
    const std::lock_guard lock(mutex_);
    std::ranges::move(std::exchange(heard_, {}), std::back_inserter(untold_));
  }
  if (socket_) std::ranges::move(socket_->service(*environment_.clock), std::back_inserter(untold_));
  if (std::ssize(untold_) > most_untold) untold_.erase(untold_.begin(), untold_.end() - most_untold);
  if (!link_) return;
  for (auto& event : std::exchange(untold_, {})) {
    RankMessage message;
    message.event = std::move(event);
    link_->say(message);
  }
  link_->write_more();
}

/// Tells this rank's processes, and the user, where the run is kept, which is known a moment after its start.
void Rank::look_for_run() {
  if (run_told_ || !link_) return;
  auto found = run_behind(their_socket_);
  if (!found) return;
  run_told_ = true;
  if (socket_) socket_->announce_run(found->id, found->store);
  observer_->told(fmt::format("{}: measured with run {}", rank_text(job_), found->id));
  const std::lock_guard lock(mutex_);
  run_ = std::move(*found);
}

/// The rank that measured has ended or died. One of those that are left goes on, the others attach to it.
void Rank::take_over() {
  if (work_is_over_) return;
  if (!meeting_) {
    if (!socket_) return;
    auto meeting = progress::Meeting::of(job_, meeting_folder(), options_.within);
    if (!meeting) return;
    meeting_.emplace(std::move(*meeting));
  }
  const auto socket = socket_->path();
  if (!meeting_->take(socket)) {
    const auto found = meeting_->look();
    if (!found || *found == their_socket_) return;
    if (link_) link_->say(farewell());  // or who measured until now takes it for lost
    run_told_ = !attach_to(*found);
    if (!run_told_) their_rank_was_lost_ = false;  // the one that took over says it
    return;
  }
  const auto measured = measure();
  if (work_is_over_ || leaving_) return leave_untouched();
  const Moment now{environment_.clock->wall(), environment_.clock->steady()};
  const auto began = measured ? own()->start(now) : Status(propagate(measured.error()));
  if (!began) {
    meeting_->give_back();
    observer_->trouble("this node is not measured any more: " + to_string(began.error()));
    leaving_ = true;
    return;
  }
  RankMessage message;
  message.kind = RankMessage::Kind::took_over;
  message.time = now.steady;
  if (link_) link_->say(message);
  own()->hear(std::exchange(untold_, {}));
  if (their_rank_was_lost_)
    own()->note(
        "the rank that measured before was lost: it ended without a word, as a process that is killed does");
  observer_->told(
      fmt::format("{}: goes on measuring this node, as the rank that did has ended", rank_text(job_)));
}

/// This rank's work has ended while the sensors were opened: there is nothing to measure, and nothing is
/// stored.
void Rank::leave_untouched() {
  {
    const std::lock_guard lock(mutex_);
    own_.reset();
  }
  meeting_->give_back();
}

void Rank::hear(std::vector<progress::Event> events) {
  if (const auto measuring = own()) return measuring->hear(std::move(events));
  {
    const std::lock_guard lock(mutex_);
    heard_.insert(heard_.end(), std::make_move_iterator(events.begin()),
                  std::make_move_iterator(events.end()));
  }
  wake_up_->set();
}

Result<MeasurementResult> Rank::finish(Ending ending) {
  leave_thread();
  if (const auto measuring = own()) return finish_own(*measuring, ending);
  return part(ending);
}

Result<MeasurementResult> Rank::finish_own(Measurement& own, Ending ending) {
  if (!ending.at) ending.at = environment_.clock->steady();
  const bool finished = ending.status == trace::RunStatus::finished;
  if (!own.wait_for_ranks(finished ? ending_patience : failing_patience) && meeting_) {
    meeting_->give_back();
    own.tell_ranks({RankOrder::Kind::take_over, {}});
    const auto successor = own.wait_for_successor(successor_patience);
    ending.at = successor.value_or(environment_.clock->steady());
  } else if (!own.ranks().empty()) {
    ending.at = environment_.clock->steady();
  }
  tell_hidden_boards(own);
  auto result = own.finish(ending);
  meeting_.reset();
  return result;
}

/// Slurm may hide the boards of the other ranks from this one.
void Rank::tell_hidden_boards(Measurement& own) {
  const char* said =
      job_.local_rank && environment_.variable ? environment_.variable("SLURM_GPUS_ON_NODE") : nullptr;
  const auto given = parse_int(said != nullptr ? said : "");
  std::set<std::string> seen;
  for (const auto& part : own.live().energy.energy.components)
    if (part.component == trace::Component::gpu) seen.insert(part.device);
  if (!given || seen.empty() || *given <= static_cast<std::int64_t>(seen.size()) ||
      !environment_.gpus.empty())
    return;
  const auto line = fmt::format(
      "{} of the {} GPUs of this node's ranks are measured: the rank that measures can see no more",
      seen.size(), *given);
  own.note(line);
  observer_->trouble(line);
}

/// Open MPI asks all ranks to end, and kills those that are left as soon as one of them has: the one that
/// measures has to close its run first.
void Rank::await_end_of_measurement() {
  const auto deadline = std::chrono::steady_clock::now() + closing_patience;
  while (std::chrono::steady_clock::now() < deadline && !link_->read().gone) {
    pollfd waiting{link_->descriptor(), POLLIN, 0};
    (void)::poll(&waiting, 1, look_ms);
  }
}

/// Of an attached rank.
MeasurementResult Rank::part(const Ending& ending) {
  (void)failure_of([&] {
    pass_on();
    look_for_run();
    if (!link_) return;
    link_->say(farewell(ending.exit_status));
    pollfd waiting{link_->descriptor(), POLLOUT, 0};
    while (link_->has_more() && ::poll(&waiting, 1, farewell_patience_ms) > 0) link_->write_more();
    if (!run_told_) observer_->told(rank_text(job_) + ": measured by another rank");
    if (ending.status == trace::RunStatus::interrupted) await_end_of_measurement();
  });
  link_.reset();
  socket_.reset();
  MeasurementResult result;
  result.run_id = run_.id;
  result.store = run_.store;
  return result;
}

}  // namespace joulecast::measure
