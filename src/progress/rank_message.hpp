// What joulecast's own processes say to each other where several ranks of a launch share a node: one of them
// measures it, the others attach to it on the socket that trainings report to (docs/ranks.md). Lines of JSON,
// as all of that protocol; both ends are of one version or do not understand each other.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "progress/event.hpp"

namespace joulecast::progress {

/// Limits that the user gave to a rank.
struct RankLimits {
  enum class Act { warn, end, command };
  std::optional<double> energy_j;
  Act at_energy = Act::warn;
  std::optional<double> projected_j;
  double probability = 0.95;
  bool dry = false;
  std::string command = {};  ///< for Act::command; only a rank that was given it runs it
  bool operator==(const RankLimits&) const = default;
  [[nodiscard]] bool empty() const { return !energy_j && !projected_j; }
};

/// What is known of one rank's limits, and which of them have been acted on.
struct KnownLimits {
  RankLimits limits;
  std::optional<int> rank;
  bool energy_told = false;
  bool projected_told = false;
};

/// What a rank may see of the GPUs of its node, of which another rank may see others.
struct SeenBoards {
  std::map<std::string, std::string> variables = {};  ///< CUDA_VISIBLE_DEVICES and the like, where set
  std::vector<std::string> named = {};                ///< by the user, to be measured
  std::vector<int> nvidia = {};                       ///< the N of every /dev/nvidiaN that it may open
  bool operator==(const SeenBoards&) const = default;
};

/// Of a rank that attaches.
struct RankGreeting {
  std::optional<int> rank;
  std::optional<int> local_rank;
  int pid = 0;
  std::string name;  ///< that the user gave its run; "" = none
  RankLimits limits;
  SeenBoards boards = {};
};

/// From a rank to the one that measures.
struct RankMessage {
  enum class Kind {
    attach,     ///< `greeting`
    heard,      ///< `event`, of its training
    took_over,  ///< it measures itself from `time` on
    left,       ///< its command has ended with `exit_status`, or it attaches to another one
  };
  Kind kind = Kind::heard;
  RankGreeting greeting = {};
  Event event = {};
  SteadyTime time = {};
  std::optional<int> exit_status = {};
};

[[nodiscard]] std::string to_line(const RankMessage& message);
/// Nothing for any other line of the protocol, and for one that is not understood.
[[nodiscard]] std::optional<RankMessage> rank_message(std::string_view line);

/// From the one that measures to the others. That it is gone, they see from the connection's end.
struct RankOrder {
  enum class Kind {
    take_over,  ///< its own command has ended: the first rank to take the node's lock goes on
    end,        ///< a limit asks every rank's command to end, because of `why`
    limits,     ///< `known`: they hold as well where another rank measures
    reached,    ///< a limit of the rank that is told: it is to run its command
  };
  Kind kind = Kind::take_over;
  std::string why = {};
  KnownLimits known = {};
  std::string run_id = {};  ///< of `reached`, with the next three
  std::optional<double> limit_j = {};
  std::optional<double> used_j = {};
  std::optional<double> projected_j = {};
};

[[nodiscard]] std::string to_line(const RankOrder& order);
[[nodiscard]] std::optional<RankOrder> rank_order(std::string_view line);

}  // namespace joulecast::progress
