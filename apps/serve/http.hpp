// Requests and responses, without a network.
#pragma once

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
  bool keep_alive = false;

  /// "" if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beside those that every response has
};

/// A response of one line of text.
[[nodiscard]] Response line_response(int status, std::string_view line);
/// 400 for what the client got wrong, 503 for what may go better later; the line names the field.
[[nodiscard]] Response error_response(const Error& error);

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
