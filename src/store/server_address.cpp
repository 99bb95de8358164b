#include "store/server_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace joulecast::store {
namespace {

std::string percent_decoded(std::string_view text) {
  constexpr int hexadecimal = 16;
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const auto* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, hexadecimal).ptr == digits + 2) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

/// Takes what is before the sign, or all.
std::string_view take_until(std::string_view& text, char sign) {
  const auto end = std::min(text.find(sign), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

using Parts = std::map<std::string, std::string>;

/// host:port,[::1]:port …
void put_hosts(std::string_view hosts, Parts& parts) {
  for (std::string comma; !hosts.empty();) {
    const auto host = take_until(hosts, ',');
    const auto bracket = host.rfind(']');
    const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const auto port = colon == std::string_view::npos ? std::string_view() : host.substr(colon + 1);
    parts["host"] += comma + percent_decoded(host.substr(0, colon));
    parts["port"] += comma + std::string(port);
    comma = ",";
  }
}

/// A port that is not said, behind none or some of the hosts.
std::string with_default_ports(std::string_view ports) {
  std::string all;
  do {
    const auto port = take_until(ports, ',');
    all += fmt::format("{},", port.empty() ? "5432" : port);
  } while (!ports.empty());
  return all;
}

}  // namespace

std::string identity_of(std::string_view url) {
  Parts parts;
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  auto query = url;
  auto rest = take_until(query, '?');
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    auto user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    parts["user"] = percent_decoded(take_until(user, ':'));
  }
  put_hosts(take_until(rest, '/'), parts);
  parts["dbname"] = percent_decoded(rest);
  while (!query.empty()) {
    auto value = take_until(query, '&');
    const auto name = take_until(value, '=');
    for (const auto* known : {"user", "host", "hostaddr", "port", "dbname", "service"})
      if (name == known) parts[known] = percent_decoded(value);
  }
  if (parts["dbname"].empty() && parts["service"].empty()) parts["dbname"] = parts["user"];
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", parts["user"], parts["host"], parts["hostaddr"],
                     with_default_ports(parts["port"]), parts["dbname"], parts["service"]);
}

}  // namespace joulecast::store
