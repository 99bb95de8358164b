#include "serve/guard.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/files.hpp"
#include "base/system_error.hpp"
#include "base/text.hpp"

namespace joulecast::serve {
namespace {

constexpr std::size_t shortest_token = 16;
constexpr std::size_t longest_token = 1024;

/// "http://localhost:7463" for that host header.
bool is_same_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme) && equals_ignoring_case(origin.substr(scheme.size()), host)) return true;
  return false;
}

Result<std::string> checked(std::string_view text, const std::string& where) {
  const auto token = trim(text);
  if (token.size() < shortest_token || token.size() > longest_token)
    return fail(ErrorKind::invalid, where, "a token has {} to {} characters, not {}", shortest_token,
                longest_token, token.size());
  if (std::ranges::any_of(token, [](char c) { return c <= ' ' || c > '~'; }))
    return fail(ErrorKind::invalid, where, "a token has no blanks and only ASCII characters");
  return std::string(token);
}

}  // namespace

Result<LoginCookie> LoginCookie::create(std::uint16_t port) {
  std::array<unsigned char, 32> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    return fail_errno("random numbers", errno);
  return LoginCookie{fmt::format("joulecast-{}", port), fmt::format("{:02x}", fmt::join(random, ""))};
}

std::string LoginCookie::set() const {
  return name + "=" + secret + "; Path=/; HttpOnly; SameSite=Strict";
}

std::string LoginCookie::removed() const {
  return name + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
}

std::optional<std::string> host_of(std::string_view header) {
  header = trim(header);
  std::string_view port;
  std::string_view host = header;
  if (header.starts_with('[')) {
    const auto end = header.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = header.substr(1, end - 1);
    port = header.substr(end + 1);
  } else if (const auto colon = header.find(':'); colon != std::string_view::npos) {
    host = header.substr(0, colon);
    port = header.substr(colon);
  }
  if (host.empty()) return std::nullopt;
  if (!port.empty() && (port[0] != ':' || !parse_uint(port.substr(1)))) return std::nullopt;
  return std::string(host);
}

bool equal_in_constant_time(std::string_view given, std::string_view secret) {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char expected = secret.empty() ? '\0' : secret[i % secret.size()];
    difference |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(expected);
  }
  return difference == 0;
}

bool Guard::knows_host(std::string_view header) const {
  const auto host = host_of(header);
  if (!host) return false;
  if (is_local_host(*host)) return true;
  if (!options_.is_local && is_ip_address(*host)) return true;
  return std::ranges::any_of(options_.host_names,
                             [&](const std::string& name) { return equals_ignoring_case(name, *host); });
}

bool Guard::has_token(std::string_view authorization) const {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() < scheme.size() ||
      !equals_ignoring_case(authorization.substr(0, scheme.size()), scheme))
    return false;
  return equal_in_constant_time(trim(authorization.substr(scheme.size())), options_.token);
}

bool Guard::has_cookie(const Request& request) const {
  const auto& cookie = options_.cookie;
  return !cookie.secret.empty() && equal_in_constant_time(request.cookie(cookie.name), cookie.secret);
}

std::optional<Response> Guard::refuse(const Request& request, bool everybody) const {
  const auto host = request.header("host");
  if (!knows_host(host))
    return line_response(421,
                         "this server is not known by the name in the Host header; --allow-host adds names");
  const auto origin = request.header("origin");
  if (!origin.empty() && !is_same_origin(origin, host))
    return line_response(403, "pages of another origin may not read this");
  if (everybody || options_.token.empty()) return std::nullopt;
  if (!has_token(request.header("authorization")) && !has_cookie(request)) {
    auto response = line_response(401, "a token is needed: Authorization: Bearer TOKEN");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  return std::nullopt;
}

std::optional<Response> Guard::refuse_user(std::optional<uid_t> user, uid_t self) {
  if (user && (*user == self || *user == 0)) return std::nullopt;
  if (user)
    return line_response(403, "this is for the user alone who started the server; others need a token");
  return line_response(403, "it cannot be told which user asks: start the server with a token");
}

Result<std::string> load_token(const std::string& file, const char* variable) {
  if (file.empty()) {
    if (variable == nullptr || *variable == '\0') return std::string();
    return checked(variable, "JOULECAST_TOKEN");
  }
  auto text = read_file(file);
  if (!text) return propagate(text.error());
  return checked(*text, file);
}

}  // namespace joulecast::serve
