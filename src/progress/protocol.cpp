#include "progress/protocol.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace joulecast::progress {
namespace {

using Json = nlohmann::json;

constexpr int protocol_version = 1;
/// A time that differs by more than this from our clock comes from another machine or is a fault.
constexpr Seconds believable_delay{5};
constexpr int deepest_nesting = 8;

std::optional<double> number(const Json& message, const char* key) {
  const auto found = message.find(key);
  if (found == message.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

std::optional<double> positive(const Json& message, const char* key) {
  const auto value = number(message, key);
  return value && *value > 0 ? value : std::nullopt;
}

/// Drops values nested more deeply than in any valid message, so that a hostile line cannot exhaust the
/// stack.
Json parse_json(std::string_view line) {
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= deepest_nesting; };
  return Json::parse(line, shallow, /*allow_exceptions=*/false);
}

SteadyTime event_time(const Json& message, SteadyTime received) {
  const auto found = message.find("t");
  if (found == message.end() || !found->is_number_integer()) return received;
  const SteadyTime claimed{found->get<std::int64_t>()};
  const bool believable = claimed.ns > 0 && claimed <= received && received - claimed <= believable_delay;
  return believable ? claimed : received;
}

Result<int> epoch_index(const Json& message) {
  const auto found = message.find("epoch");
  if (found == message.end()) return fail(ErrorKind::malformed, "protocol", "the message has no \"epoch\"");
  if (!found->is_number_integer())
    return fail(ErrorKind::malformed, "protocol", "\"epoch\" is not a whole number");
  const auto index = found->get<std::int64_t>();
  if (index < 0 || index > 1'000'000'000)
    return fail(ErrorKind::malformed, "protocol", "epoch {} is out of range", index);
  return static_cast<int>(index);
}

Result<std::vector<Event>> metrics_of(const Json& message, Event stamp) {
  stamp.kind = EventKind::metric;
  if (message.contains("epoch")) {
    const auto index = epoch_index(message);
    if (!index) return propagate(index.error());
    stamp.epoch = *index;
  }
  std::vector<Event> events;
  const auto add = [&](const std::string& name, const Json& value) {
    // The loss of a diverged training is nan or null: it is left out, the other metrics of the line are kept.
    if (!value.is_number() || !std::isfinite(value.get<double>()) || name.empty() || name.size() > 200)
      return;
    stamp.name = name;
    stamp.value = value.get<double>();
    events.push_back(stamp);
  };
  if (const auto many = message.find("metrics"); many != message.end() && many->is_object()) {
    for (const auto& [name, value] : many->items()) add(name, value);
  } else if (message.contains("name") && message["name"].is_string() && message.contains("value")) {
    add(message["name"].get<std::string>(), message["value"]);
  } else {
    return fail(ErrorKind::malformed, "protocol", "a metric needs \"name\" and \"value\", or \"metrics\"");
  }
  return events;
}

}  // namespace

Result<std::vector<Event>> parse_message(std::string_view line, SteadyTime received) {
  if (line.size() > longest_line)
    return fail(ErrorKind::malformed, "protocol", "a line of {} bytes; {} at most", line.size(),
                longest_line);
  const Json message = parse_json(line);
  if (!message.is_object()) return fail(ErrorKind::malformed, "protocol", "not a JSON object");
  if (const auto version = number(message, "v"); version && *version > protocol_version)
    return fail(ErrorKind::malformed, "protocol", "version {} is newer than {}", *version, protocol_version);
  const auto kind = message.find("event");
  if (kind == message.end() || !kind->is_string())
    return fail(ErrorKind::malformed, "protocol", "the message has no \"event\"");

  Event event;
  event.time = event_time(message, received);
  event.total_epochs = positive(message, "total_epochs");
  event.total_work = positive(message, "total_work");
  const auto name = kind->get<std::string>();
  if (name == "metric") return metrics_of(message, event);
  if (name == "begin_run" || name == "end_run") {
    event.kind = name == "begin_run" ? EventKind::run_begin : EventKind::run_end;
    return std::vector{event};
  }
  if (name == "epoch" || name == "epoch_end") {
    const auto index = epoch_index(message);
    if (!index) return propagate(index.error());
    event.kind = name == "epoch" ? EventKind::epoch_begin : EventKind::epoch_end;
    event.epoch = *index;
    event.work = positive(message, "work");
    return std::vector{event};
  }
  return fail(ErrorKind::malformed, "protocol", "unknown event \"{}\"", name.substr(0, 40));
}

}  // namespace joulecast::progress
