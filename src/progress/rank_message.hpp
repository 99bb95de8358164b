// What joulecast's own processes say to each other where several ranks of a launch share a node: one of them
// measures it, the others attach to it on the socket that trainings report to (docs/ranks.md). Lines of JSON,
// as all of that protocol; both ends are of one version or do not understand each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "progress/event.hpp"

namespace joulecast::progress {

/// Limits that the user gave to a rank that does not measure.
struct RankLimits {
  std::optional<double> energy_j;
  bool ends_at_energy = false;
  std::optional<double> projected_j;
  double probability = 0.95;
  bool dry = false;
};

/// Of a rank that attaches.
struct RankGreeting {
  std::optional<int> rank;
  std::optional<int> local_rank;
  int pid = 0;
  std::string name;  ///< that the user gave its run; "" = none
  RankLimits limits;
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
  };
  Kind kind = Kind::take_over;
  std::string why = {};
};

[[nodiscard]] std::string to_line(const RankOrder& order);
[[nodiscard]] std::optional<RankOrder> rank_order(std::string_view line);

}  // namespace joulecast::progress
