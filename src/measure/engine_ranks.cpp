// What the engine knows of the other ranks of its node.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "measure/engine.hpp"
#include "trace/rank_tag.hpp"

namespace joulecast::measure {

std::vector<progress::AttachedRank> Engine::ranks() const {
  return socket_ ? socket_->ranks() : std::vector<progress::AttachedRank>{};
}

std::optional<SteadyTime> Engine::taken_over() const {
  return socket_ ? socket_->taken_over() : std::nullopt;
}

void Engine::tell_ranks(const progress::RankOrder& order) {
  if (socket_) socket_->tell_ranks(order);
}

/// The names and limits that the user gave to ranks that have just attached.
void Engine::greet_ranks() {
  const auto& ranks = socket_->ranks();
  if (ranks.size() == greeted_ranks_) return;
  auto options = limits_.options();
  for (; greeted_ranks_ < ranks.size(); ++greeted_ranks_) {
    const auto& greeting = ranks[greeted_ranks_].greeting;
    if (!greeting.name.empty() && greeting.name != header_.info.name)
      header_.tags.emplace(trace::rank_tag(greeting.rank.value_or(0)), greeting.name);
    options = stricter_of(std::move(options), greeting.limits);
  }
  sink().describe(header_);
  if (options != limits_.options()) limits_ = Limits(std::move(options));
}

/// How the other ranks of this node ended. One that was killed says nothing.
void Engine::note_ranks() {
  for (const auto& rank : ranks()) {
    const auto name = rank.greeting.rank ? fmt::format("rank {}", *rank.greeting.rank) : "another rank";
    if (!rank.is_there && !rank.has_left)
      sink().note(name + " was lost: it ended without a word, as a process that is killed does");
    if (rank.exit_status.value_or(0) == 0) continue;
    sink().note(fmt::format("{} ended with exit status {}", name, *rank.exit_status));
    if (failed_rank_status_ == 0) failed_rank_status_ = *rank.exit_status;
  }
}

/// The account is that of all ranks, and so is its status.
void Engine::fail_with_ranks() {
  if (failed_rank_status_ == 0 || header_.status != trace::RunStatus::finished) return;
  header_.status = trace::RunStatus::failed;
  header_.exit_status = failed_rank_status_;
}

}  // namespace joulecast::measure
