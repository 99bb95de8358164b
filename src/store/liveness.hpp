// Whether the process that writes a run still lives: the sign by which the next command finds runs that were
// killed.
#pragma once

#include <cstdint>
#include <string>

#include "base/roots.hpp"
#include "base/units.hpp"

namespace joulecast::store {

/// A process, so that neither a reused process number nor a container's own numbering is mistaken for it.
struct Owner {
  std::string hostname;
  std::string boot_id;        ///< /proc/sys/kernel/random/boot_id: which boot of which kernel
  std::string pid_namespace;  ///< "pid:[4026531836]"
  std::int64_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< field 22 of /proc/PID/stat
  std::string machine_id;         ///< /etc/machine-id: which installation; "" where there is none
};

[[nodiscard]] Owner current_owner(const Roots& roots);

/// A process of which nothing was heard for longer than this, and that we cannot look at, is dead or silent.
constexpr Seconds stale_heartbeat{120};
/// How often a run that has nothing else to write says that it lives.
constexpr Seconds heartbeat_interval{15};

enum class Liveness {
  alive,
  dead,
  silent,  ///< only its own host can say: our /proc is not its, and its last sign is old
};

/// - A process that we can look at is judged by looking.
/// - One of another container on this machine by its heartbeat, which is of the same clock as ours.
/// - One that ran here before the machine's last start is dead.
/// - One of another machine is never dead to us: its machine may be cut off, and its clock another one.
[[nodiscard]] Liveness liveness_of(const Owner& owner, Seconds since_heartbeat, const Roots& roots);

}  // namespace joulecast::store
