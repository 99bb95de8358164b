#include "serve/event_hub.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace joulecast::serve {
namespace {

constexpr std::size_t most_events = 1000;
constexpr std::size_t most_bytes = 512 << 10;

std::string written(std::string_view origin, std::uint64_t number, std::string_view type,
                    std::string_view json) {
  return fmt::format("id: {}-{}\nevent: {}\ndata: {}\n\n", origin, number, type, json);
}

}  // namespace

void EventHub::publish(std::string_view type, std::string_view json) {
  const std::lock_guard guard(mutex_);
  events_.push_back(written(origin_, ++last_, type, json));
  size_ += events_.back().size();
  while (events_.size() > 1 && (events_.size() > most_events || size_ > most_bytes)) {
    size_ -= events_.front().size();
    events_.pop_front();
  }
  if (notify_) notify_();
}

void EventHub::set_beginning(std::string type, std::string json) {
  const std::lock_guard guard(mutex_);
  beginning_type_ = std::move(type);
  beginning_ = std::move(json);
}

void EventHub::call_after_events(std::function<void()> notify) {
  const std::lock_guard guard(mutex_);
  notify_ = std::move(notify);
}

bool EventHub::is_watched() const {
  constexpr std::chrono::seconds lately{30};
  const std::lock_guard guard(mutex_);
  return asked_ != std::chrono::steady_clock::time_point::min() &&
         std::chrono::steady_clock::now() - asked_ < lately;
}

EventHub::Part EventHub::begin(std::string_view last_event_id) const {
  const auto dash = last_event_id.rfind('-');
  const bool ours = dash != std::string_view::npos && last_event_id.substr(0, dash) == origin_;
  const auto number = ours ? parse_uint(last_event_id.substr(dash + 1)) : std::nullopt;
  const std::lock_guard guard(mutex_);
  asked_ = std::chrono::steady_clock::now();
  return number && *number <= last_ ? events_after(*number) : beginning();
}

EventHub::Part EventHub::after(std::uint64_t number) const {
  const std::lock_guard guard(mutex_);
  asked_ = std::chrono::steady_clock::now();
  return events_after(number);
}

EventHub::Part EventHub::events_after(std::uint64_t number) const {
  const auto missing = last_ - number;
  if (missing > events_.size()) return beginning();
  Part part{{}, last_};
  for (auto i = events_.size() - missing; i < events_.size(); ++i) part.bytes += events_[i];
  return part;
}

EventHub::Part EventHub::beginning() const {
  return {written(origin_, last_, beginning_type_, beginning_), last_};
}

}  // namespace joulecast::serve
