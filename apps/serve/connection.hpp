// One client's connection: what has arrived of its request, and what is left of its answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/descriptor.hpp"
#include "serve/request_reader.hpp"

namespace joulecast::serve {

struct Connection {
  enum class Phase {
    reading,    ///< for a request
    answering,  ///< a worker has the request
    writing,    ///< the answer
    streaming,  ///< events, as they happen
    draining,   ///< the answer was the last; what the client still sends is thrown away
  };
  using Time = std::chrono::steady_clock::time_point;

  Connection(Descriptor descriptor, RequestLimits limits, BodyRule rule)
      : socket(std::move(descriptor)), reader(limits, std::move(rule)) {}

  /// Reads what has arrived, once. False if the client has ended the connection, or it is broken.
  [[nodiscard]] bool receive();
  /// Sends what the client takes now. False if the connection is broken.
  [[nodiscard]] bool send();
  [[nodiscard]] bool is_sent() const { return sent == output.size(); }

  Descriptor socket;
  RequestReader reader;
  Phase phase = Phase::reading;
  std::string output;
  std::size_t sent = 0;
  bool keep = false;                    ///< the connection lives on after this answer
  Time began;                           ///< of the phase; of a request: its first byte
  Time deadline;                        ///< then the connection is closed
  bool partial = false;                 ///< `began` and `deadline` are of a request that has begun to arrive
  bool upload = false;                  ///< and `deadline` moves on with what arrives of its long body
  std::size_t arrived = 0;              ///< bytes since `began`
  std::optional<std::uint64_t> stream;  ///< after the answer come the events after this one
};

}  // namespace joulecast::serve
