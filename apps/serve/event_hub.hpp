// What happens to runs, for all streams of events at once: the latest events as they go over the wire
// (the standard "Server-sent events" of HTML), each with a number.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace joulecast::serve {

class EventHub {
 public:
  /// Events of other servers have other numbers: `origin` tells them apart.
  explicit EventHub(std::string origin) : origin_(std::move(origin)) {}
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// `json` is one value in one line.
  void publish(std::string_view type, std::string_view json);
  /// What a new stream begins with instead of all that has happened: the running runs, or ("lost") that they
  /// are not known.
  void set_beginning(std::string type, std::string json);
  /// Called after each event, by the thread that published it; it may not ask the hub. Once this returns, the
  /// one before is never called again.
  void call_after_events(std::function<void()> notify);

  /// Whether somebody has asked lately.
  [[nodiscard]] bool is_watched() const;

  struct Part {
    std::string bytes;
    std::uint64_t last = 0;  ///< number of the last event in it, or before it
  };
  /// The beginning of a stream: what came after the event that the client had last, or the snapshot.
  [[nodiscard]] Part begin(std::string_view last_event_id) const;
  /// What came after this event. The snapshot where that is too long ago.
  [[nodiscard]] Part after(std::uint64_t number) const;

 private:
  [[nodiscard]] Part beginning() const;
  [[nodiscard]] Part events_after(std::uint64_t number) const;

  const std::string origin_;
  mutable std::mutex mutex_;
  std::deque<std::string> events_;  ///< the latest, the last one with the number last_
  std::size_t size_ = 0;            ///< of those, in bytes
  std::uint64_t last_ = 0;
  std::string beginning_type_ = "snapshot";
  std::string beginning_ = R"({"runs":[]})";
  std::function<void()> notify_;
  /// A stream asks after each event, and at its heartbeat.
  mutable std::chrono::steady_clock::time_point asked_ = std::chrono::steady_clock::time_point::min();
};

}  // namespace joulecast::serve
