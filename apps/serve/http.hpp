// Requests and responses, without a network.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace joulecast::serve {

struct Request {
  std::string method;                                      ///< "GET"
  std::string path;                                        ///< "/api/v1/runs", decoded
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in their order
  std::map<std::string, std::string> headers;  ///< names in lower case; repeated ones are joined by ", "
  std::string body;
  std::string id;  ///< what stands in the path for {id} of the route
  bool keep_alive = false;

  /// "" if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// Value of a cookie; "" if there is none.
  [[nodiscard]] std::string_view cookie(std::string_view name) const;
  /// A program asks, so that a refusal is JSON.
  [[nodiscard]] bool is_api() const { return path.starts_with("/api/"); }
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beside those that every response has
  bool is_page = false;  ///< with scripts and styles of our own, which a browser may use
  std::string cache = "no-store";
  /// The response is a stream of events without end: the body is its beginning, and the events after this one
  /// follow (event_hub.hpp).
  std::optional<std::uint64_t> events_after = {};
};

/// A response of one line of text.
[[nodiscard]] Response line_response(int status, std::string_view line);
/// A refusal as RFC 9457 has it: {"status", "title", "detail": the line, "field": the parameter or null}.
[[nodiscard]] Response problem_response(int status, std::string_view line, std::string_view field = {});
/// A problem with status 400 for what the client got wrong, 503 for what may go better later.
[[nodiscard]] Response error_response(const Error& error);
/// The same refusal for a program that expects JSON; anything else unchanged.
[[nodiscard]] Response as_problem(Response response);
[[nodiscard]] Response json_response(std::string body);

/// Path and query of a request's target ("/runs?name=a%20b"). Nothing if it is not written as RFC 3986 says,
/// or if a name or value holds a 0 byte.
struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

/// The bytes of a response, with the headers that keep a browser from doing more with it than showing it.
/// Without its body for a HEAD request.
[[nodiscard]] std::string to_bytes(const Response& response, bool head, bool keep_alive);

}  // namespace joulecast::serve
