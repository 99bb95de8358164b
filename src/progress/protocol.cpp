#include "progress/protocol.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/memory.hpp"

namespace joulecast::progress {
namespace {

using Json = nlohmann::json;

constexpr int protocol_version = 1;
/// A time that differs by more than this from our clock comes from another machine or is a fault.
constexpr Seconds believable_delay{5};
constexpr int deepest_nesting = 8;
/// Figures outside of these bounds are faults, and would overflow or vanish in the forecast's sums.
constexpr double least_work = 1e-9;
constexpr double most_work = 1e15;
constexpr double most_epochs = 1e9;
constexpr std::size_t longest_name = 200;

std::optional<double> number(const Json& message, const char* key) {
  const auto found = message.find(key);
  if (found == message.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

template <class... Args>
Failure refuse(fmt::format_string<Args...> reason, Args&&... args) {
  return fail(ErrorKind::malformed, "protocol", reason, std::forward<Args>(args)...);
}

/// A number between the bounds. Nothing if it is missing, null, or not above 0, which senders use for
/// "unknown".
Result<std::optional<double>> amount(const Json& message, const char* key, double most) {
  const auto found = message.find(key);
  if (found == message.end() || found->is_null()) return std::optional<double>{};
  if (!found->is_number()) return refuse("\"{}\" is not a number", key);
  const double value = found->get<double>();
  if (value <= 0) return std::optional<double>{};
  if (!(value >= least_work && value <= most))
    return refuse("\"{}\" is {:.4g}; it can be {:.4g} to {:.4g}", key, value, least_work, most);
  return std::optional{value};
}

/// The totals that any message may give.
Status take_totals(const Json& message, Event& event) {
  const auto epochs = amount(message, "total_epochs", most_epochs);
  if (!epochs) return propagate(epochs.error());
  const auto work = amount(message, "total_work", most_work);
  if (!work) return propagate(work.error());
  event.total_epochs = *epochs;
  event.total_work = *work;
  return {};
}

/// Our name of a unit that others call otherwise. Units that we do not know are work of some kind.
Unit unit_called(std::string name) {
  if (name.size() > 1 && name.ends_with('s')) name.pop_back();
  constexpr std::array<std::pair<std::string_view, Unit>, 6> others{{{"batch", Unit::step},
                                                                     {"batche", Unit::step},
                                                                     {"iteration", Unit::step},
                                                                     {"update", Unit::step},
                                                                     {"example", Unit::sample},
                                                                     {"%", Unit::percent}}};
  for (const auto& [other, unit] : others)
    if (name == other) return unit;
  return unit_from(name).value_or(Unit::work);
}

Status take_unit(const Json& message, Event& event) {
  const auto found = message.find("unit");
  if (found == message.end() || found->is_null()) return {};
  if (!found->is_string()) return refuse("\"unit\" is not a text");
  event.unit = unit_called(found->get<std::string>());
  return {};
}

Status take_name(const Json& message, Event& event) {
  const auto found = message.find("name");
  if (found == message.end() || !found->is_string()) return refuse("the message has no \"name\"");
  event.name = found->get<std::string>();
  if (event.name.empty() || event.name.size() > longest_name)
    return refuse("\"name\" has {} bytes; it can have 1 to {}", event.name.size(), longest_name);
  return {};
}

/// Drops values nested more deeply than in any valid message, so that a hostile line cannot exhaust the
/// stack.
Json parse_json(std::string_view line) {
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= deepest_nesting; };
  ask_for_memory(memory_of_json(line));
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
  if (found == message.end()) return refuse("the message has no \"epoch\"");
  if (!found->is_number_integer()) return refuse("\"epoch\" is not a whole number");
  const auto index = found->get<std::int64_t>();
  if (index < 0 || static_cast<double>(index) > most_epochs) return refuse("epoch {} is out of range", index);
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
    if (!value.is_number() || !std::isfinite(value.get<double>()) || name.empty() ||
        name.size() > longest_name)
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
    return refuse("a metric needs \"name\" and \"value\", or \"metrics\"");
  }
  return events;
}

Result<std::vector<Event>> epoch_of(const Json& message, Event event, EventKind kind) {
  event.kind = kind;
  const auto index = epoch_index(message);
  if (!index) return propagate(index.error());
  event.epoch = *index;
  const auto work = amount(message, "work", most_work);
  if (!work) return propagate(work.error());
  event.work = *work;
  return std::vector{event};
}

/// With an epoch, work and total_work count within that epoch.
Result<std::vector<Event>> progress_of(const Json& message, Event event) {
  event.kind = EventKind::progress;
  const auto found = message.find("work");
  if (found == message.end() || !found->is_number()) return refuse("progress needs \"work\", a number");
  const double work = found->get<double>();
  if (!(work == 0 || (work >= least_work && work <= most_work)))
    return refuse("\"work\" is {:.4g}; it can be 0, or {:.4g} to {:.4g}", work, least_work, most_work);
  event.work = work;
  if (message.contains("epoch") && !message["epoch"].is_null()) {
    const auto index = epoch_index(message);
    if (!index) return propagate(index.error());
    event.epoch = *index;
    event.scope = Scope::epoch;
  }
  if (const auto unit = take_unit(message, event); !unit) return propagate(unit.error());
  return std::vector{event};
}

Result<std::vector<Event>> phase_of(const Json& message, Event event) {
  event.kind = EventKind::phase_begin;
  if (const auto name = take_name(message, event); !name) return propagate(name.error());
  if (const auto unit = take_unit(message, event); !unit) return propagate(unit.error());
  return std::vector{event};
}

Result<std::vector<Event>> window_of(const Json& message, Event event, EventKind kind) {
  event.kind = kind;
  if (const auto name = take_name(message, event); !name) return propagate(name.error());
  return std::vector{event};
}

Result<std::vector<Event>> plain(Event event, EventKind kind) {
  event.kind = kind;
  return std::vector{event};
}

}  // namespace

std::optional<std::int64_t> lost_messages(std::string_view line) {
  if (line.size() > longest_line || line.find("\"lost\"") == std::string_view::npos) return std::nullopt;
  const Json message = parse_json(line);
  if (!message.is_object() || message.value("event", Json()) != "lost") return std::nullopt;
  const auto messages = number(message, "messages");
  if (!messages || *messages < 1 || *messages > most_work) return std::nullopt;
  return static_cast<std::int64_t>(*messages);
}

Result<std::vector<Event>> parse_message(std::string_view line, SteadyTime received) {
  if (line.size() > longest_line) return refuse("a line of {} bytes; {} at most", line.size(), longest_line);
  const Json message = parse_json(line);
  if (!message.is_object()) return refuse("not a JSON object");
  if (const auto version = number(message, "v"); version && *version > protocol_version)
    return refuse("version {} is newer than {}", *version, protocol_version);
  const auto kind = message.find("event");
  if (kind == message.end() || !kind->is_string()) return refuse("the message has no \"event\"");

  Event event;
  event.time = event_time(message, received);
  event.evidence = Evidence::told;
  if (const auto totals = take_totals(message, event); !totals) return propagate(totals.error());
  const auto name = kind->get<std::string>();
  if (name == "metric") return metrics_of(message, event);
  if (name == "begin_run") return plain(event, EventKind::run_begin);
  if (name == "end_run") return plain(event, EventKind::run_end);
  if (name == "epoch") return epoch_of(message, event, EventKind::epoch_begin);
  if (name == "epoch_end") return epoch_of(message, event, EventKind::epoch_end);
  if (name == "begin_phase") return phase_of(message, event);
  if (name == "end_phase") return plain(event, EventKind::phase_end);
  if (name == "progress") return progress_of(message, event);
  if (name == "begin_window") return window_of(message, event, EventKind::window_begin);
  if (name == "end_window") return window_of(message, event, EventKind::window_end);
  return refuse("unknown event \"{}\"", name.substr(0, 40));
}

}  // namespace joulecast::progress
