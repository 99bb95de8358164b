#include "serve/listen_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/text.hpp"

namespace joulecast::serve {
namespace {

constexpr int waiting_connections = 512;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

std::optional<SocketAddress> socket_address(const ListenAddress& address) {
  SocketAddress result;
  const auto host = equals_ignoring_case(address.host, "localhost") ? "127.0.0.1" : address.host;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
    result.length = sizeof *v4;
    return result;
  }
  if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    result.length = sizeof *v6;
    return result;
  }
  return std::nullopt;
}

std::uint16_t port_of(int socket) {
  SocketAddress bound;
  bound.length = sizeof bound.storage;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound.storage), &bound.length) != 0) return 0;
  return ntohs(bound.storage.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(bound.storage).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(bound.storage).sin_port);
}

Failure refuse(const ListenAddress& address, int error) {
  const auto kind = error == EACCES ? ErrorKind::denied : ErrorKind::unavailable;
  if (error == EADDRINUSE)
    return fail(kind, address.text(), "another program listens there; choose another port with --listen");
  return fail(kind, address.text(), "cannot listen there: {}", std::strerror(error));
}

}  // namespace

bool is_ip_address(const std::string& text) {
  in6_addr buffer{};
  return ::inet_pton(AF_INET, text.c_str(), &buffer) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &buffer) == 1;
}

bool is_local_host(const std::string& host) {
  return equals_ignoring_case(host, "localhost") || host == "::1" ||
         (host.starts_with("127.") && is_ip_address(host));
}

bool ListenAddress::is_local() const {
  return is_local_host(host);
}

std::string ListenAddress::text() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<ListenAddress> parse_listen_address(const std::string& text) {
  const auto refuse = [&] {
    return fail_field("listen", "'{}' is no address and port: 127.0.0.1:7464, [::1]:7464", text);
  };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return refuse();
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string::npos)
    return refuse();
  const auto port = parse_uint(text.substr(colon + 1));
  if (!port || *port > 65535) return refuse();
  if (!is_ip_address(host) && !equals_ignoring_case(host, "localhost")) return refuse();
  return ListenAddress{host, static_cast<std::uint16_t>(*port)};
}

Result<Listener> listen_at(const ListenAddress& address) {
  const auto where = socket_address(address);
  if (!where) return refuse(address, EADDRNOTAVAIL);
  Descriptor socket(::socket(where->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return refuse(address, errno);
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where->storage), where->length) != 0)
    return refuse(address, errno);
  if (::listen(socket.get(), waiting_connections) != 0) return refuse(address, errno);
  auto found = address;
  found.port = port_of(socket.get());
  return Listener{std::move(socket), found};
}

}  // namespace joulecast::serve
