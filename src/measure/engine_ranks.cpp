// What the engine knows of the other ranks of its node.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "measure/engine.hpp"
#include "measure/rank_boards.hpp"
#include "trace/node_list.hpp"
#include "trace/rank_tag.hpp"

namespace joulecast::measure {
namespace {

/// For the driver, which is open already, to open further boards.
constexpr Seconds board_patience{0.1};

/// As shells tell it.
bool ended_by_a_signal(int exit_status) {
  return exit_status == 128 + SIGHUP || exit_status == 128 + SIGINT || exit_status == 128 + SIGTERM ||
         exit_status == 128 + SIGKILL;
}

std::string name_of(const progress::AttachedRank& rank) {
  return rank.greeting.rank ? fmt::format("rank {}", *rank.greeting.rank) : "another rank";
}

}  // namespace

std::vector<progress::AttachedRank> Engine::ranks() const {
  return socket_ ? socket_->ranks() : std::vector<progress::AttachedRank>{};
}

std::optional<SteadyTime> Engine::taken_over() const {
  return socket_ ? socket_->taken_over() : std::nullopt;
}

void Engine::tell_ranks(const progress::RankOrder& order) {
  if (socket_) socket_->tell_ranks(order);
}

/// Those of a rank that measured before hold on, and what it has acted on is not acted on again.
void Engine::know_limits() {
  lost_rank_ = options_.a_rank_was_lost;
  for (const auto& known : std::exchange(options_.known_limits, {}))
    if (known.limits == limits_of(limits_.options()))
      limits_ = Limits(limits_.options(), {known.energy_told, known.projected_told});
    else
      others_limits_.add(known);
}

/// So that they hold on where one of the ranks goes on measuring.
void Engine::tell_ranks_of_limits() {
  if (!socket_ || socket_->ranks().empty()) return;
  auto all = others_limits_.known();
  if (const auto own = known_of(limits_, header_.info.job.rank);
      !own.limits.empty() && !limits_are_the_hosts_)
    all.push_back(own);
  progress::RankOrder order;
  order.kind = progress::RankOrder::Kind::limits;
  for (auto& known : all) {
    order.known = std::move(known);
    socket_->tell_ranks(order);
  }
}

/// A command is run by a rank that was given it, or not at all.
void Engine::tell_limit_of(const RankLimitList::Held& held, Limits::Verdict verdict) {
  const auto name = held.rank ? fmt::format("rank {}", *held.rank) : std::string("another rank");
  verdict.why += fmt::format(" (a limit of {})", name);
  // It ends the command of every rank, also where this one's host ends its own work alone, as Python does.
  if (verdict.action == OnLimit::terminate) tell_ranks({progress::RankOrder::Kind::end, verdict.why});
  if (verdict.action != OnLimit::command) return tell_limit(std::move(verdict));
  const auto owner = std::ranges::find_if(
      held.owners, [this](std::size_t place) { return socket_ && socket_->ranks()[place].is_there; });
  if (owner == held.owners.end()) {
    verdict.action = OnLimit::warn;
    verdict.why += "; its command is not run, since that rank has ended";
    return tell_limit(std::move(verdict));
  }
  progress::RankOrder order;
  order.kind = progress::RankOrder::Kind::reached;
  order.why = verdict.why;
  if (recording_) order.run_id = recording_->id();
  if (verdict.limit) order.limit_j = verdict.limit->value();
  if (verdict.used) order.used_j = verdict.used->value();
  if (verdict.projected) order.projected_j = verdict.projected->value();
  note(verdict.why);
  socket_->tell_rank(*owner, order);
}

/// Ranks that could not watch the same figure for the same reason are told once.
void Engine::tell_end_of_limits() {
  std::set<std::string> told;
  const auto tell = [&](const Limits& limits) {
    const auto line = limits.at_end(limit_state(limits));
    if (line && told.insert(*line).second) tell_limit({*line, OnLimit::warn, {}, {}, {}, {}});
  };
  tell(limits_);
  for (const auto& held : others_limits_.held()) tell(held.limits);
}

/// So that a node that never reports has a name.
void Engine::keep_node_list() {
  if (header_.info.job.scheduler != "slurm" || header_.info.job.node_count.value_or(1) < 2) return;
  for (const char* name : {"SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST"})
    if (const char* list = environment_.variable ? environment_.variable(name) : nullptr)
      header_.tags.emplace(trace::node_list_tag, list);
}

/// The names and limits that the user gave to ranks that have just attached.
void Engine::greet_ranks() {
  const auto& ranks = socket_->ranks();
  if (ranks.size() == greeted_ranks_) return;
  for (; greeted_ranks_ < ranks.size(); ++greeted_ranks_) {
    const auto& greeting = ranks[greeted_ranks_].greeting;
    if (!greeting.name.empty() && greeting.name != header_.info.name)
      header_.tags.emplace(trace::rank_tag(greeting.rank.value_or(0)), greeting.name);
    if (greeting.limits != limits_of(limits_.options())) others_limits_.add(greeting, greeted_ranks_);
  }
  sink().describe(header_);
  tell_ranks_of_limits();
}

/// Each rank may see boards of its own. All of a node are to be counted, and those that cannot be are named.
void Engine::measure_boards_of_ranks() {
  if (!socket_ || meters_.awaits_drivers() || meters_.awaits_boards()) return;
  const auto ranks = std::span(socket_->ranks()).subspan(ranks_with_boards_);
  if (ranks.empty()) return;
  ranks_with_boards_ += ranks.size();
  await_boards_of(ranks);
  meters_.wait_for_boards(board_patience);
  take_late_sensors();
}

void Engine::await_boards_of(std::span<const progress::AttachedRank> ranks) {
  const auto own = seen_boards(environment_);
  std::vector<progress::SeenBoards> further;
  std::string names;
  for (const auto& rank : ranks) {
    const auto& theirs = rank.greeting.boards;
    if (const auto hidden = hidden_from(own, theirs); !hidden.empty() && environment_.gpus.empty())
      meters_.await(open_hidden_boards(hidden, environment_, name_of(rank)), name_of(rank));
    if (!may_lead_further(own, theirs) || std::ranges::find(further, theirs) != further.end()) continue;
    further.push_back(theirs);
    names += (names.empty() ? "" : ", ") + name_of(rank);
  }
  if (further.empty()) return;
  std::vector<std::string> known;
  std::set<std::string_view> sensors;
  for (const auto& channel : meters_.channels()) {
    if (channel.component != trace::Component::gpu) continue;
    known.push_back(channel.device);
    sensors.insert(channel.sensor);
  }
  for (const auto* type : sensors::all_sensors())
    if (sensors.contains(type->name) || (type->name == "nvml" && meters_.is_refused("nvml")))
      meters_.await(open_boards(*type, environment_, further, known), names);
}

/// Where each rank sees boards of its own, those of the others are guessed until they tell them; two ranks
/// may share a board.
void Engine::note_unnamed_boards() {
  const auto lent = [this](const char* name) {
    return environment_.variable && environment_.variable(name) != nullptr;
  };
  const auto size = header_.info.job.local_size.value_or(1);
  if (!socket_ || size < 2 || std::ssize(socket_->ranks()) + 1 < size || lent("SLURM_STEP_GPUS") ||
      lent("SLURM_JOB_GPUS"))
    return;
  std::vector<progress::SeenBoards> others;
  for (const auto& rank : socket_->ranks()) others.push_back(rank.greeting.boards);
  const auto unnamed = unnamed_boards(meters_.channels(), seen_boards(environment_), others);
  if (unnamed.empty()) return;
  const auto line = fmt::format(
      "in the total, though none of this node's {} ranks sees it: GPU {}. Name the ranks' GPUs (--gpu) to "
      "leave "
      "others out",
      size, fmt::join(unnamed, ", "));
  note(line);
  observer_->trouble(line);
}

void Engine::note_boards() {
  for (const auto& fault : meters_.faults_of_ranks()) {
    note(fault);
    observer_->trouble(fault);
  }
}

/// At once: a launcher that sees a rank fail may kill this one before it can say so at its end.
void Engine::note_failed_ranks() {
  const auto& ranks = socket_->ranks();
  for (std::size_t place = 0; place < ranks.size(); ++place) {
    const int status = ranks[place].exit_status.value_or(0);
    if (status == 0 || !failed_ranks_.insert(place).second) continue;
    note(fmt::format("{} ended with exit status {}", name_of(ranks[place]), status));
    // A launcher ends the others by a signal, so another status is nearer to the reason.
    if (failed_rank_status_ == 0 || (ended_by_a_signal(failed_rank_status_) && !ended_by_a_signal(status)))
      failed_rank_status_ = status;
  }
}

/// How the other ranks of this node ended. One that was killed says nothing.
void Engine::note_ranks() {
  if (!socket_) return;
  note_failed_ranks();
  for (const auto& rank : socket_->ranks()) {
    if (rank.is_there || rank.has_left) continue;
    note(name_of(rank) + " was lost: it ended without a word, as a process that is killed does");
    lost_rank_ = true;
  }
}

/// The account is that of all ranks, and so is its status. A launcher ends the others once one has failed, so
/// that the status of that one is the reason.
void Engine::fail_with_ranks() {
  const bool finished = header_.status == trace::RunStatus::finished;
  const bool interrupted = header_.status == trace::RunStatus::interrupted;
  const bool failed =
      failed_rank_status_ != 0 && (finished || (interrupted && !ended_by_a_signal(failed_rank_status_)));
  if (!failed && !(finished && lost_rank_)) return;
  header_.status = trace::RunStatus::failed;
  header_.exit_status = failed ? std::optional(failed_rank_status_) : std::nullopt;
}

}  // namespace joulecast::measure
