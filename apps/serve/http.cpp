#include "serve/http.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/server_json.hpp"

namespace joulecast::serve {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
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
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
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

std::string_view Request::cookie(std::string_view name) const {
  auto rest = header("cookie");
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto pair = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return {};
}

Response line_response(int status, std::string_view line) {
  Response response;
  response.status = status;
  response.body = printable(line) + "\n";
  return response;
}

Response problem_response(int status, std::string_view line, std::string_view field) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = report::problem_json_text(status, reason_of(status), line, field);
  return response;
}

Response error_response(const Error& error) {
  const bool passing = error.kind == ErrorKind::retry || error.kind == ErrorKind::gone;
  // What is wrong with our own files is no fault of the client's.
  const bool ours =
      !error.is_field && (error.kind == ErrorKind::malformed || error.kind == ErrorKind::denied);
  return problem_response(
      passing || ours ? 503 : 400, to_string(error),
      error.is_field ? std::string_view(error.where).substr(0, error.where.find(' ')) : "");
}

Response as_problem(Response response) {
  constexpr int first_refusal = 400;
  if (response.status < first_refusal || !response.content_type.starts_with("text/plain")) return response;
  auto problem = problem_response(response.status, trim(response.body));
  problem.headers = std::move(response.headers);
  return problem;
}

Response json_response(std::string body) {
  Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
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
  constexpr std::string_view nothing =
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  constexpr std::string_view own =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
      "font-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  std::string bytes = fmt::format(
      "HTTP/1.1 {} {}\r\nConnection: {}\r\nCache-Control: {}\r\nX-Content-Type-Options: nosniff\r\n"
      "X-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n"
      "Cross-Origin-Opener-Policy: same-origin\r\nContent-Security-Policy: {}\r\n",
      response.status, reason_of(response.status),
      keep_alive && !response.events_after ? "keep-alive" : "close", response.cache,
      response.is_page ? own : nothing);
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body) bytes += fmt::format("Content-Type: {}\r\n", response.content_type);
  // The end of a stream is that of its connection.
  if (has_body && !response.events_after)
    bytes += fmt::format("Content-Length: {}\r\n", response.body.size());
  for (const auto& [name, value] : response.headers) bytes += fmt::format("{}: {}\r\n", name, value);
  bytes += "\r\n";
  if (!head && has_body) bytes += response.body;
  return bytes;
}

}  // namespace joulecast::serve
