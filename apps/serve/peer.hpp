// Who is at the other end of a connection within this machine.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace joulecast::serve {

/// Both ends of a connection, as our socket sees them.
struct Ends {
  sockaddr_storage ours{};
  sockaddr_storage theirs{};
};
/// Nothing for a socket without a peer.
[[nodiscard]] std::optional<Ends> ends_of(int socket);

/// The user whose program holds the other end, from the kernel's tables of connections (proc(5): net/tcp and
/// net/tcp6 below `proc`). Nothing if they do not have it: it is on another machine, or in another network
/// namespace.
[[nodiscard]] std::optional<uid_t> user_at_other_end(const Ends& ends,
                                                     const std::filesystem::path& proc = "/proc");

}  // namespace joulecast::serve
