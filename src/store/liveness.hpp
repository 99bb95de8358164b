// Tells whether the process that writes a run is still alive. In this way later commands find runs whose
// process was killed.
#pragma once

#include <cstdint>
#include <string>

#include "base/roots.hpp"
#include "base/units.hpp"

namespace joulecast::store {

/// Identifies a process across reused process numbers and across containers with their own numbering.
struct Owner {
  std::string hostname;
  std::string boot_id;        ///< /proc/sys/kernel/random/boot_id: identifies the boot of the kernel
  std::string pid_namespace;  ///< "pid:[4026531836]"
  std::int64_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< field 22 of /proc/PID/stat
  std::string machine_id;         ///< /etc/machine-id: identifies the installation; "" if there is none
};

[[nodiscard]] Owner current_owner(const Roots& roots);

/// A process that cannot be inspected counts as dead or silent when its last heartbeat is older than this.
constexpr Seconds stale_heartbeat{120};
/// How often a run writes a heartbeat if it has nothing else to write.
constexpr Seconds heartbeat_interval{15};

enum class Liveness {
  alive,
  dead,
  silent,  ///< last heartbeat is old, but only the process's own host can tell whether it is dead
};

/// - A process that is visible in /proc is judged by /proc.
/// - A process in another container on this machine is judged by its heartbeat, since both share a clock.
/// - A process that ran here before the machine's last start is dead.
/// - A process on another machine is never judged dead: the machine may be disconnected or its clock may
/// differ.
[[nodiscard]] Liveness liveness_of(const Owner& owner, Seconds since_heartbeat, const Roots& roots);

}  // namespace joulecast::store
