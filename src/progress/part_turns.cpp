#include "progress/part_turns.hpp"

#include <algorithm>

namespace joulecast::progress {
namespace {

/// One that is silent for so many times as long as ever before has ended, maybe before its last epoch.
constexpr int silences = 4;
/// So many parts of which only the first epoch was heard are trials that were given up, one after the other.
constexpr std::size_t most_waiting = 3;
/// More do not run at the same time.
constexpr std::size_t most_streams = 256;

}  // namespace

PartTurns::Meaning PartTurns::take(const std::string& part, int epoch, std::optional<double> total) {
  if (streams_.size() >= most_streams && !streams_.contains(part)) streams_.clear();
  if (!take_turns_ && part != running_ && streams_.contains(part) && !waiting_.contains(part))
    take_turns_ = true;
  if (!take_turns_ && part == running_ && !waiting_.empty()) take_turns_ = true;
  if (take_turns_) return take_turn(part, epoch);
  const auto before = streams_.find(running_);
  const bool just_begun =
      before != streams_.end() && before->second.epoch == running_from_ && running_of_.value_or(1) > 1;
  const bool known = part == running_;
  streams_[part].epoch = epoch;
  if (known) return Meaning::goes_on;
  // The one before is in its first epoch still, and so is this. A second line of this one tells that it
  // follows the other.
  const bool waits = just_begun && epoch == running_from_ && waiting_.size() < most_waiting;
  if (waits && waiting_.insert(part).second) return Meaning::ahead;
  waiting_.clear();
  running_ = part;
  running_from_ = epoch;
  running_of_ = total;
  return Meaning::begins;
}

PartTurns::Meaning PartTurns::take_turn(const std::string& part, int epoch) {
  auto& own = streams_[part];
  own.epoch = epoch;
  own.longest_wait = std::max(own.longest_wait, own.lines_since);
  own.lines_since = 0;
  bool ahead = false;
  for (auto& [name, other] : streams_) {
    if (name == part) continue;
    ++other.lines_since;
    const bool silent = other.lines_since > silences * other.longest_wait + static_cast<int>(streams_.size());
    ahead = ahead || (!silent && other.epoch < epoch);
  }
  return ahead ? Meaning::ahead : Meaning::goes_on;
}

}  // namespace joulecast::progress
