#include "serve/http.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.hpp"

namespace joulecast::serve {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 421:
      return "Misdirected Request";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Undoes %XX and, in a query, + for a blank.
std::optional<std::string> decode(std::string_view text, bool is_query) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && is_query) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

bool parse_query(std::string_view text, Target& target) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = decode(pair.substr(0, equals), true);
    const auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return false;
    target.query.emplace_back(*name, *value);
  }
  return true;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

Response line_response(int status, std::string_view line) {
  Response response;
  response.status = status;
  response.body = printable(line) + "\n";
  return response;
}

Response error_response(const Error& error) {
  const bool passing = error.kind == ErrorKind::retry || error.kind == ErrorKind::gone;
  return line_response(passing ? 503 : 400, to_string(error));
}

std::optional<Target> parse_target(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  text = text.substr(0, text.find('#'));
  const auto question = std::min(text.find('?'), text.size());
  Target target;
  auto path = decode(text.substr(0, question), false);
  if (!path) return std::nullopt;
  target.path = std::move(*path);
  if (!parse_query(text.substr(std::min(question + 1, text.size())), target)) return std::nullopt;
  return target;
}

std::string to_bytes(const Response& response, bool head, bool keep_alive) {
  std::string bytes = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n"
      "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
      "Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n"
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
      "form-action 'none'\r\n",
      response.status, reason_of(response.status), response.content_type, response.body.size(),
      keep_alive ? "keep-alive" : "close");
  for (const auto& [name, value] : response.headers) bytes += fmt::format("{}: {}\r\n", name, value);
  bytes += "\r\n";
  if (!head) bytes += response.body;
  return bytes;
}

}  // namespace joulecast::serve
