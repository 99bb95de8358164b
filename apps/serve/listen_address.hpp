// Where a server listens.
#pragma once

#include <cstdint>
#include <string>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace joulecast::serve {

struct ListenAddress {
  std::string host;        ///< an address, or "localhost": "127.0.0.1", "::1", "0.0.0.0"
  std::uint16_t port = 0;  ///< 0 = any that is free

  /// Only programs on this machine reach it.
  [[nodiscard]] bool is_local() const;
  /// "127.0.0.1:7464", "[::1]:7464"
  [[nodiscard]] std::string text() const;
};

/// Parses "127.0.0.1:7464", "[::1]:7464", "localhost:0". Error: invalid, of the field "listen".
[[nodiscard]] Result<ListenAddress> parse_listen_address(const std::string& text);

struct Listener {
  Descriptor socket;      ///< non-blocking
  ListenAddress address;  ///< with the port that was found
};
/// denied or unavailable where the address cannot be used (another program has it).
[[nodiscard]] Result<Listener> listen_at(const ListenAddress& address);

/// Whether a text is an IPv4 address, or an IPv6 address without brackets.
[[nodiscard]] bool is_ip_address(const std::string& text);
/// 127.0.0.0/8, ::1 or "localhost".
[[nodiscard]] bool is_local_host(const std::string& host);

}  // namespace joulecast::serve
