#include "serve/peer.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "base/text.hpp"

namespace joulecast::serve {
namespace {

constexpr const char* mapped_prefix = "0000000000000000FFFF0000";  // an IPv4 address in the table of IPv6

/// An end as the kernel writes it: the words of the address as they lie in memory, and the port. `mapped`:
/// an IPv4 address as it stands in the table of IPv6.
std::string written(const sockaddr_storage& end, bool mapped) {
  if (end.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &end, sizeof v4);
    return fmt::format("{}{:08X}:{:04X}", mapped ? mapped_prefix : "", v4.sin_addr.s_addr,
                       ntohs(v4.sin_port));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &end, sizeof v6);
  std::uint32_t words[4];
  std::memcpy(words, &v6.sin6_addr, sizeof words);
  return fmt::format("{:08X}{:08X}{:08X}{:08X}:{:04X}", words[0], words[1], words[2], words[3],
                     ntohs(v6.sin6_port));
}

/// The user of the socket with these ends. The columns: number, local end, remote end, state, queues, timer,
/// retransmissions, user.
std::optional<uid_t> user_in(const std::filesystem::path& table, const std::string& local,
                             const std::string& remote) {
  std::ifstream file(table);
  for (std::string line; std::getline(file, line);) {
    if (line.find(local) == std::string::npos) continue;
    std::istringstream columns(line);
    std::string number, from, to, state, queues, timer, retransmissions, user;
    columns >> number >> from >> to >> state >> queues >> timer >> retransmissions >> user;
    if (from != local || to != remote) continue;
    const auto id = parse_uint(user);
    return id ? std::optional(static_cast<uid_t>(*id)) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Ends> ends_of(int socket) {
  Ends ends;
  socklen_t ours = sizeof ends.ours, theirs = sizeof ends.theirs;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&ends.ours), &ours) != 0 ||
      ::getpeername(socket, reinterpret_cast<sockaddr*>(&ends.theirs), &theirs) != 0)
    return std::nullopt;
  return ends;
}

std::optional<uid_t> user_at_other_end(const Ends& ends, const std::filesystem::path& proc) {
  const bool is_v4 = ends.theirs.ss_family == AF_INET;
  if (is_v4)
    if (const auto user = user_in(proc / "net/tcp", written(ends.theirs, false), written(ends.ours, false)))
      return user;
  return user_in(proc / "net/tcp6", written(ends.theirs, is_v4), written(ends.ours, is_v4));
}

}  // namespace joulecast::serve
