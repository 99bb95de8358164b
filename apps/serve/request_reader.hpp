// Reads requests from the bytes of a connection as they arrive. The parser is Boost.Beast's; its headers are
// slow to compile, so only request_reader.cpp includes them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "serve/http.hpp"

namespace joulecast::serve {

struct RequestLimits {
  std::size_t header = 16'384;  ///< bytes of a request's line and headers
  std::size_t body = 65'536;
  std::size_t upload = 64 << 20;  ///< of a body that a BodyRule lets be longer
};

/// What may follow the head of a request.
struct Allowance {
  std::size_t longest = 0;          ///< bytes of the body
  std::optional<Response> refusal;  ///< in place of reading it
};
/// Asked once for each request whose body would be longer than RequestLimits::body, as far as its head says.
using BodyRule = std::function<Allowance(const Request& head)>;

class RequestReader {
 public:
  /// Without a rule no body may be longer than limits.body.
  explicit RequestReader(RequestLimits limits, BodyRule rule = {});
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;
  RequestReader& operator=(RequestReader&&) = delete;

  /// Adds bytes that have arrived.
  void feed(std::string_view bytes);

  enum class State {
    idle,     ///< nothing of a next request has arrived
    partial,  ///< a part of one
    ready,    ///< take() returns it
    broken,   ///< refusal() says why; nothing more can be read from this connection
  };
  [[nodiscard]] State state() const;
  /// The request that is ready. Bytes after it are kept, and begin the next one.
  [[nodiscard]] Request take();
  [[nodiscard]] const Response& refusal() const;
  /// Bytes of the body that is arriving, if the rule let it be long; else 0.
  [[nodiscard]] std::size_t upload() const;

 private:
  struct Parsing;
  std::unique_ptr<Parsing> parsing_;
};

}  // namespace joulecast::serve
