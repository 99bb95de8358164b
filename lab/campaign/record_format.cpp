#include "lab/campaign/record_format.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_depth.hpp"
#include "base/json_number.hpp"

namespace joulecast::lab {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
void put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}
void put(Json& json, const char* key, const std::optional<Watts>& value) {
  if (value) json[key] = value->value();
}
void put(Json& json, const char* key, const std::optional<Joules>& value) {
  if (value) json[key] = value->value();
}
void put(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

/// Any key that is absent or of another type is unknown.
template <class T>
std::optional<T> get(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return std::nullopt;
  if constexpr (std::is_same_v<T, std::string>) {
    if (found->is_string()) return found->template get<std::string>();
  } else if constexpr (std::is_integral_v<T>) {
    if (found->is_number_integer()) return number_of<T>(*found);
  } else {
    if (found->is_number()) return found->template get<double>();
  }
  return std::nullopt;
}
std::optional<Watts> get_watts(const Json& json, const char* key) {
  const auto value = get<double>(json, key);
  return value ? std::optional(Watts{*value}) : std::nullopt;
}
std::optional<Joules> get_joules(const Json& json, const char* key) {
  const auto value = get<double>(json, key);
  return value ? std::optional(Joules{*value}) : std::nullopt;
}
std::string get_text(const Json& json, const char* key) {
  return get<std::string>(json, key).value_or("");
}
WallTime get_time(const Json& json, const char* key) {
  return WallTime{get<std::int64_t>(json, key).value_or(0)};
}
std::map<std::string, std::string> get_texts(const Json& json, const char* key) {
  std::map<std::string, std::string> result;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_object()) return result;
  for (const auto& [name, value] : found->items())
    if (value.is_string()) result[name] = value.get<std::string>();
  return result;
}
std::vector<std::string> get_list(const Json& json, const char* key) {
  std::vector<std::string> result;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return result;
  for (const auto& value : *found)
    if (value.is_string()) result.push_back(value.get<std::string>());
  return result;
}

void put_place(Json& json, const RunPlace& place) {
  if (place.role == Role::reference) json["role"] = "reference";
  json["cell"] = place.cell;
  json["repetition"] = place.repetition;
  json["attempt"] = place.attempt;
}

RunPlace get_place(const Json& json) {
  RunPlace place;
  if (get_text(json, "role") == "reference") place.role = Role::reference;
  place.cell = get_text(json, "cell");
  place.repetition = get<int>(json, "repetition").value_or(0);
  place.attempt = get<int>(json, "attempt").value_or(0);
  return place;
}

Json to_json(const CampaignBegun& record) {
  return {{"record", "campaign"},
          {"format", 1},
          {"name", record.name},
          {"store", record.store},
          {"at", record.at.ns}};
}
Json to_json(const PlanUsed& record) {
  return {{"record", "plan"}, {"at", record.at.ns}, {"facts", record.facts}};
}
Json to_json(const SessionBegun& record) {
  Json json{{"record", "session"}, {"at", record.at.ns}};
  put(json, "host", record.host);
  if (!record.busy.empty()) json["busy"] = record.busy;
  put(json, "idle_w", record.idle);
  return json;
}
Json to_json(const WarmedUp& record) {
  Json json{{"record", "warm_up"},
            {"at", record.at.ns},
            {"duration_s", record.duration.value()},
            {"why", record.why}};
  if (record.power)
    json["power_slope_per_minute"] = {record.power->value, record.power->low, record.power->high};
  put(json, "temperature_k_per_minute", record.temperature);
  put(json, "energy_j", record.energy);
  return json;
}
Json to_json(const CooledDown& record) {
  Json json{{"record", "cool_down"},
            {"at", record.at.ns},
            {"duration_s", record.duration.value()},
            {"why", record.why}};
  put(json, "power_w", record.power);
  put(json, "idle_w", record.idle);
  put(json, "energy_j", record.energy);
  return json;
}
Json to_json(const RetryWished& record) {
  Json json{{"record", "retry"}, {"at", record.at.ns}};
  if (!record.cells.empty()) json["cells"] = record.cells;
  return json;
}
Json to_json(const RunBegun& record) {
  Json json{{"record", "begin"}};
  put_place(json, record.place);
  json["at"] = record.at.ns;
  json["levels"] = record.levels;
  return json;
}

void put_noise(Json& json, const Noise& noise) {
  Json all = Json::object();
  put(all, "load", noise.load);
  put(all, "pressure", noise.pressure);
  put(all, "others_cpu", noise.others_cpu);
  put(all, "gpu_processes", noise.gpu_processes);
  if (!all.empty()) json["noise"] = std::move(all);
}

void put_conduct(Json& json, const Conduct& conduct) {
  put(json, "throttled_by_power", conduct.throttled_by_power);
  put(json, "throttled_by_heat", conduct.throttled_by_heat);
  put(json, "gpu_clock_hz", conduct.gpu_clock_hz);
  put(json, "gpu_temperature_c", conduct.gpu_temperature);
  if (!conduct.flags.empty()) json["flags"] = conduct.flags;
}

Json to_json(const RunEnded& record) {
  Json json{{"record", "end"}};
  put_place(json, record.place);
  json["began"] = record.began.ns;
  json["at"] = record.ended.ns;
  json["outcome"] = name_of(record.outcome);
  put(json, "exit_status", record.exit_status);
  put(json, "reason", record.reason);
  put(json, "run", record.run_id);
  json["duration_s"] = record.duration.value();
  put(json, "energy_j", record.energy);
  json["provenance"] = name_of(record.provenance);
  put(json, "measured_share", record.measured_share);
  if (!record.metrics.empty()) json["metrics"] = record.metrics;
  put_noise(json, record.noise);
  put_conduct(json, record.conduct);
  json["levels"] = record.levels;
  return json;
}

RunEnded ended_from(const Json& json) {
  RunEnded record;
  record.place = get_place(json);
  record.levels = get_texts(json, "levels");
  record.began = get_time(json, "began");
  record.ended = get_time(json, "at");
  record.outcome = outcome_from(get_text(json, "outcome")).value_or(Outcome::failed);
  record.exit_status = get<int>(json, "exit_status");
  record.reason = get_text(json, "reason");
  record.run_id = get_text(json, "run");
  record.duration = Seconds{get<double>(json, "duration_s").value_or(0)};
  record.energy = get_joules(json, "energy_j");
  record.provenance = provenance_from(get_text(json, "provenance")).value_or(Provenance::missing);
  record.measured_share = get<double>(json, "measured_share");
  if (const auto metrics = json.find("metrics"); metrics != json.end() && metrics->is_object())
    for (const auto& [name, value] : metrics->items())
      if (value.is_number()) record.metrics[name] = value.get<double>();
  if (const auto noise = json.find("noise"); noise != json.end() && noise->is_object())
    record.noise = {get<double>(*noise, "load"), get<double>(*noise, "pressure"),
                    get<double>(*noise, "others_cpu"), get<int>(*noise, "gpu_processes")};
  record.conduct = {get<double>(json, "throttled_by_power"), get<double>(json, "throttled_by_heat"),
                    get<double>(json, "gpu_clock_hz"), get<double>(json, "gpu_temperature_c"),
                    get_list(json, "flags")};
  return record;
}

WarmedUp warmed_up_from(const Json& json) {
  WarmedUp record{get_time(json, "at"),
                  Seconds{get<double>(json, "duration_s").value_or(0)},
                  get_text(json, "why"),
                  {},
                  get<double>(json, "temperature_k_per_minute"),
                  get_joules(json, "energy_j")};
  const auto slope = json.find("power_slope_per_minute");
  if (slope != json.end() && slope->is_array() && slope->size() == 3)
    record.power = Slope{(*slope)[0].get<double>(), (*slope)[1].get<double>(), (*slope)[2].get<double>()};
  return record;
}

Result<Record> record_from(const Json& json, const std::string& where) {
  const auto kind = get_text(json, "record");
  if (kind == "end") return ended_from(json);
  if (kind == "begin") return RunBegun{get_place(json), get_texts(json, "levels"), get_time(json, "at")};
  if (kind == "session")
    return SessionBegun{get_time(json, "at"), get_text(json, "host"), get_list(json, "busy"),
                        get_watts(json, "idle_w")};
  if (kind == "plan") return PlanUsed{get_time(json, "at"), get_texts(json, "facts")};
  if (kind == "retry") return RetryWished{get_time(json, "at"), get_list(json, "cells")};
  if (kind == "warm_up") return warmed_up_from(json);
  if (kind == "cool_down")
    return CooledDown{get_time(json, "at"),      Seconds{get<double>(json, "duration_s").value_or(0)},
                      get_text(json, "why"),     get_watts(json, "power_w"),
                      get_watts(json, "idle_w"), get_joules(json, "energy_j")};
  if (kind == "campaign") {
    if (get<int>(json, "format").value_or(0) > 1)
      return fail(ErrorKind::malformed, where, "was written by a newer joulecast");
    return CampaignBegun{get_text(json, "name"), get_text(json, "store"), get_time(json, "at")};
  }
  return fail(ErrorKind::malformed, where, "is no record of a campaign");
}

}  // namespace

std::string to_line(const Record& record) {
  return std::visit([](const auto& one) { return to_json(one); }, record)
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Record> parse_record(std::string_view line, const std::string& where) {
  if (json_is_deeper(line)) return fail(ErrorKind::malformed, where, "is no record of a campaign");
  const auto json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object())
    return fail(ErrorKind::malformed, where, "is no record of a campaign");
  try {
    return record_from(json, where);
  } catch (const Json::exception&) {
    return fail(ErrorKind::malformed, where, "is no record of a campaign");
  }
}

}  // namespace joulecast::lab
