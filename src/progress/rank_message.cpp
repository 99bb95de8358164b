#include "progress/rank_message.hpp"

#include <nlohmann/json.hpp>

#include "base/json_number.hpp"
#include "base/memory.hpp"

namespace joulecast::progress {
namespace {

using Json = nlohmann::ordered_json;

/// Every line of a rank begins with it, so that other lines are told apart without being parsed.
constexpr std::string_view beginning = "{\"event\":\"rank\"";

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

template <class T>
void put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

void take(const Json& json, const char* key, std::optional<double>& value) {
  if (const auto found = json.find(key); found != json.end() && found->is_number())
    value = found->get<double>();
}
void take(const Json& json, const char* key, std::optional<int>& value) {
  if (const auto found = json.find(key); found != json.end() && found->is_number_integer())
    if (const auto number = number_of<int>(*found)) value = number;
}
void take(const Json& json, const char* key, std::string& value) {
  if (const auto found = json.find(key); found != json.end() && found->is_string())
    value = found->get<std::string>();
}
void take(const Json& json, const char* key, bool& value) {
  if (const auto found = json.find(key); found != json.end() && found->is_boolean())
    value = found->get<bool>();
}
void take(const Json& json, const char* key, double& value) {
  std::optional<double> given;
  take(json, key, given);
  value = given.value_or(value);
}
void take(const Json& json, const char* key, SteadyTime& value) {
  if (const auto found = json.find(key); found != json.end() && found->is_number_integer())
    value.ns = found->get<std::int64_t>();
}
/// An enum by its place, up to its last one.
template <class Enum>
void take(const Json& json, const char* key, Enum& value, Enum last) {
  std::optional<int> place;
  take(json, key, place);
  if (place && *place >= 0 && *place <= static_cast<int>(last)) value = static_cast<Enum>(*place);
}

Json json_of(const Event& event) {
  Json json{{"kind", static_cast<int>(event.kind)},
            {"t", event.time.ns},
            {"evidence", static_cast<int>(event.evidence)}};
  put(json, "epoch", event.epoch);
  put(json, "first_epoch", event.first_epoch);
  put(json, "total_epochs", event.total_epochs);
  put(json, "work", event.work);
  put(json, "total_work", event.total_work);
  if (event.unit) json["unit"] = static_cast<int>(*event.unit);
  put(json, "counted_from", event.counted_from);
  if (event.headed_at_end) json["headed_at_end"] = true;
  if (event.scope != Scope::phase) json["scope"] = static_cast<int>(event.scope);
  if (event.part) {
    json["part"] = {
        {"number", event.part->number}, {"alike", event.part->alike}, {"may_be_cut", event.part->may_be_cut}};
    put(json["part"], "of", event.part->of);
  }
  if (!event.name.empty()) json["name"] = event.name;
  if (event.value != 0) json["value"] = event.value;
  return json;
}

Event event_of(const Json& json) {
  Event event;
  take(json, "kind", event.kind, EventKind::may_end_early);
  take(json, "t", event.time);
  take(json, "evidence", event.evidence, Evidence::told);
  take(json, "epoch", event.epoch);
  take(json, "first_epoch", event.first_epoch);
  take(json, "total_epochs", event.total_epochs);
  take(json, "work", event.work);
  take(json, "total_work", event.total_work);
  if (json.contains("unit")) {
    event.unit = Unit::work;
    take(json, "unit", *event.unit, Unit::work);
  }
  take(json, "counted_from", event.counted_from);
  take(json, "headed_at_end", event.headed_at_end);
  take(json, "scope", event.scope, Scope::epoch);
  if (const auto part = json.find("part"); part != json.end() && part->is_object()) {
    event.part.emplace();
    std::optional<int> number;
    take(*part, "number", number);
    event.part->number = number.value_or(0);
    take(*part, "of", event.part->of);
    take(*part, "alike", event.part->alike);
    take(*part, "may_be_cut", event.part->may_be_cut);
  }
  take(json, "name", event.name);
  take(json, "value", event.value);
  return event;
}

void put(Json& json, const RankLimits& limits) {
  put(json, "limit_energy_j", limits.energy_j);
  json["at_energy"] = static_cast<int>(limits.at_energy);
  put(json, "limit_projected_j", limits.projected_j);
  json["probability"] = limits.probability;
  if (limits.dry) json["dry"] = true;
  if (!limits.command.empty()) json["command"] = limits.command;
}

void take(const Json& json, RankLimits& limits) {
  take(json, "limit_energy_j", limits.energy_j);
  take(json, "at_energy", limits.at_energy, RankLimits::Act::command);
  take(json, "limit_projected_j", limits.projected_j);
  take(json, "probability", limits.probability);
  take(json, "dry", limits.dry);
  take(json, "command", limits.command);
}

Json json_of(const SeenBoards& boards) {
  Json json = Json::object();
  if (!boards.variables.empty()) json["variables"] = boards.variables;
  if (!boards.named.empty()) json["named"] = boards.named;
  if (!boards.nvidia.empty()) json["nvidia"] = boards.nvidia;
  return json;
}

SeenBoards boards_of(const Json& json) {
  SeenBoards boards;
  if (!json.is_object()) return boards;
  const auto each = [&](const char* key, const auto& take_one) {
    if (const auto list = json.find(key); list != json.end() && list->is_structured())
      for (const auto& [name, value] : list->items()) take_one(name, value);
  };
  each("variables", [&](const std::string& name, const Json& value) {
    if (value.is_string()) boards.variables[name] = value.get<std::string>();
  });
  each("named", [&](const std::string&, const Json& value) {
    if (value.is_string()) boards.named.push_back(value.get<std::string>());
  });
  each("nvidia", [&](const std::string&, const Json& value) {
    if (value.is_number_integer()) boards.nvidia.push_back(value.get<int>());
  });
  return boards;
}

Json json_of(const RankGreeting& greeting) {
  Json json{{"pid", greeting.pid}};
  put(json, "rank", greeting.rank);
  put(json, "local_rank", greeting.local_rank);
  if (!greeting.name.empty()) json["name"] = greeting.name;
  put(json, greeting.limits);
  json["boards"] = json_of(greeting.boards);
  return json;
}

RankGreeting greeting_of(const Json& json) {
  RankGreeting greeting;
  std::optional<int> pid;
  take(json, "pid", pid);
  greeting.pid = pid.value_or(0);
  take(json, "rank", greeting.rank);
  take(json, "local_rank", greeting.local_rank);
  take(json, "name", greeting.name);
  take(json, greeting.limits);
  if (const auto boards = json.find("boards"); boards != json.end()) greeting.boards = boards_of(*boards);
  return greeting;
}

/// Nothing that is nested more deeply than our own lines are.
Json parse(std::string_view line) {
  constexpr int deepest = 4;
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= deepest; };
  ask_for_memory(memory_of_json(line));
  return Json::parse(line, shallow, /*allow_exceptions=*/false);
}

}  // namespace

std::string to_line(const RankMessage& message) {
  using enum RankMessage::Kind;
  Json json{{"event", "rank"}};
  switch (message.kind) {
    case attach:
      json["says"] = "attach";
      json.update(json_of(message.greeting));
      break;
    case heard:
      json["says"] = "heard";
      json.update(json_of(message.event));
      break;
    case took_over:
      json["says"] = "took_over";
      json["t"] = message.time.ns;
      break;
    case left:
      json["says"] = "left";
      put(json, "exit_status", message.exit_status);
      break;
  }
  return dump(json);
}

std::optional<RankMessage> rank_message(std::string_view line) {
  if (!line.starts_with(beginning)) return std::nullopt;
  const auto json = parse(line);
  if (!json.is_object()) return std::nullopt;
  std::string says;
  take(json, "says", says);
  RankMessage message;
  if (says == "attach") {
    message.kind = RankMessage::Kind::attach;
    message.greeting = greeting_of(json);
  } else if (says == "heard") {
    message.event = event_of(json);
  } else if (says == "took_over") {
    message.kind = RankMessage::Kind::took_over;
    take(json, "t", message.time);
  } else if (says == "left") {
    message.kind = RankMessage::Kind::left;
    take(json, "exit_status", message.exit_status);
  } else {
    return std::nullopt;
  }
  return message;
}

std::string to_line(const RankOrder& order) {
  using enum RankOrder::Kind;
  Json json{{"order", "take_over"}};
  if (order.kind == end) json = {{"order", "end"}, {"why", order.why}};
  if (order.kind == limits) {
    json = {{"order", "limits"},
            {"energy_told", order.known.energy_told},
            {"projected_told", order.known.projected_told}};
    put(json, "rank", order.known.rank);
    put(json, order.known.limits);
  }
  if (order.kind == reached) {
    json = {{"order", "reached"}, {"why", order.why}, {"run", order.run_id}};
    put(json, "limit_j", order.limit_j);
    put(json, "used_j", order.used_j);
    put(json, "projected_j", order.projected_j);
  }
  return dump(json);
}

std::optional<RankOrder> rank_order(std::string_view line) {
  const auto json = parse(line);
  if (!json.is_object()) return std::nullopt;
  std::string kind;
  take(json, "order", kind);
  RankOrder order;
  take(json, "why", order.why);
  if (kind == "take_over") return order;
  if (kind == "end") {
    order.kind = RankOrder::Kind::end;
  } else if (kind == "limits") {
    order.kind = RankOrder::Kind::limits;
    take(json, "rank", order.known.rank);
    take(json, "energy_told", order.known.energy_told);
    take(json, "projected_told", order.known.projected_told);
    take(json, order.known.limits);
  } else if (kind == "reached") {
    order.kind = RankOrder::Kind::reached;
    take(json, "run", order.run_id);
    take(json, "limit_j", order.limit_j);
    take(json, "used_j", order.used_j);
    take(json, "projected_j", order.projected_j);
  } else {
    return std::nullopt;
  }
  return order;
}

}  // namespace joulecast::progress
