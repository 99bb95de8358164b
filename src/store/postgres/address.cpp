// Looks at an address without libpq, which a measured command would have to wait for: loading it and what it
// brings along takes longer than everything else before the command's start.
#include <algorithm>
#include <array>

#include "store/postgres/postgres_store.hpp"

namespace joulecast::store::postgres {
namespace {

/// https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-PARAMKEYWORDS
constexpr auto parameters = std::to_array<std::string_view>({"application_name",
                                                             "channel_binding",
                                                             "client_encoding",
                                                             "connect_timeout",
                                                             "dbname",
                                                             "fallback_application_name",
                                                             "gssdelegation",
                                                             "gssencmode",
                                                             "gsslib",
                                                             "host",
                                                             "hostaddr",
                                                             "keepalives",
                                                             "keepalives_count",
                                                             "keepalives_idle",
                                                             "keepalives_interval",
                                                             "krbsrvname",
                                                             "load_balance_hosts",
                                                             "options",
                                                             "passfile",
                                                             "password",
                                                             "port",
                                                             "require_auth",
                                                             "requirepeer",
                                                             "service",
                                                             "ssl",
                                                             "ssl_max_protocol_version",
                                                             "ssl_min_protocol_version",
                                                             "sslcert",
                                                             "sslcertmode",
                                                             "sslcompression",
                                                             "sslcrl",
                                                             "sslcrldir",
                                                             "sslkey",
                                                             "sslmode",
                                                             "sslnegotiation",
                                                             "sslpassword",
                                                             "sslrootcert",
                                                             "sslsni",
                                                             "target_session_attrs",
                                                             "tcp_user_timeout",
                                                             "user"});

static_assert(std::ranges::is_sorted(parameters));  // is_parameter() searches it

bool is_number(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Calls `sound` with each part between the signs; false if it says so of one.
template <class Sound>
bool all_parts(std::string_view text, char sign, Sound sound) {
  while (true) {
    const auto end = std::min(text.find(sign), text.size());
    if (!sound(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

/// host, host:port, [address of IPv6]:port, or nothing.
bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return false;
    host.remove_prefix(end + 1);
    return host.empty() || (host.front() == ':' && is_number(host.substr(1)));
  }
  const auto colon = host.find(':');
  return colon == std::string_view::npos || is_number(host.substr(colon + 1));
}

bool is_parameter(std::string_view text) {
  const auto sign = text.find('=');
  if (sign == std::string_view::npos) return false;
  const auto name = text.substr(0, sign), value = text.substr(sign + 1);
  if (value.find('=') != std::string_view::npos) return false;
  if (!std::ranges::binary_search(parameters, name)) return false;
  const bool counts = name == "connect_timeout" || name == "tcp_user_timeout";
  return !counts || is_number(value);
}

}  // namespace

Error not_understood() {
  return {
      ErrorKind::invalid,
      "is not an address that PostgreSQL's library understands; like "
      "postgresql://user@host:5432/database?sslmode=verify-full (in a user's name or a password, @ / ? and % "
      "are written %40 %2F %3F and %25)",
      "postgresql://…"};
}

/// Of a password with such a sign the library takes a part for the host's name, and its messages would show
/// it.
Status check_address(const std::string& url) {
  std::string_view rest = url;
  rest.remove_prefix(std::min(rest.find("://"), rest.size() - 3) + 3);
  const auto query = rest.find('?');
  const bool sound_query = query == std::string_view::npos || query + 1 == rest.size() ||
                           all_parts(rest.substr(query + 1), '&', is_parameter);
  rest = rest.substr(0, query);
  auto hosts = rest.substr(0, rest.find('/'));
  const bool one_user = std::ranges::count(rest, '@') <= 1 && rest.find('@', hosts.size()) == rest.npos;
  if (const auto user = hosts.rfind('@'); user != std::string_view::npos) hosts.remove_prefix(user + 1);
  if (sound_query && one_user && all_parts(hosts, ',', is_host)) return {};
  return propagate(not_understood());
}

}  // namespace joulecast::store::postgres
