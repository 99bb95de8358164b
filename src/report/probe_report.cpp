#include "report/probe_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/run_words.hpp"
#include "report/runs/sections.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
using session::ProbeVerdict;

/// "   90 %: 4.02 MJ to 4.45 MJ"
template <class U>
std::string interval_text(const std::optional<estimate::Interval<U>>& interval) {
  if (!interval) return "";
  return fmt::format("   90 %: {} to {}", to_text(interval->low), to_text(interval->high));
}

/// "3 of 90 epochs"; "" where no work was heard.
std::string work_text(const session::ProbedTraining& probed) {
  const auto& phase = probed.phase;
  if (!phase || phase->unit.empty()) return "";
  const auto total = phase->total_work ? " of " + amount(*phase->total_work) : "";
  return fmt::format("{}{} {}", amount(phase->work), total, plural_of(phase->unit));
}

std::string head_text(const session::ProbeResult& result) {
  const auto& probed = result.probed;
  if (result.verdict == ProbeVerdict::whole) return "What the training did cost\n";
  const auto work = work_text(probed);
  return fmt::format("What the whole training would cost, from {} of it{}\n",
                     to_text(probed.ended_by_itself ? probed.duration : probed.elapsed),
                     work.empty() ? "" : ", " + work);
}

std::string price_text(const session::ProbeResult& result) {
  auto text = money_text(*result.money);
  if (result.money_low)
    text += fmt::format("   90 %: {} to {}", money_text(*result.money_low), money_text(*result.money_high));
  return text + fmt::format(" (at {} per kWh)", money_text(*result.price));
}

void put_costs(TextTable& table, const session::ProbeResult& result) {
  if (!result.energy) {
    table.add({"energy", "not known"});
    return;
  }
  const auto& [energy, interval] = *result.energy;
  table.add({"energy", fmt::format("{}, {}{}", to_text(energy), to_text(to_kilowatt_hours(energy)),
                                   interval_text(interval))});
  if (result.duration)
    table.add({"duration", to_text(result.duration->value) + interval_text(result.duration->interval)});
  if (result.carbon.mass && result.carbon.intensity)
    table.add(
        {"emissions", fmt::format("{}{} ({})", to_text(*result.carbon.mass),
                                  interval_text(result.carbon_interval), result.carbon.intensity->source)});
  if (result.money) table.add({"price", price_text(result)});
}

/// "measured, without gpu 1"
std::string source_text(const trace::RunEnergy& energy) {
  if (!energy.total) return "nothing was measured";
  auto text = std::string(name_of(energy.provenance));
  if (const auto parts = left_out_text(energy); !parts.empty()) text += ", without " + parts;
  return text;
}

std::string stored_text(const session::ProbedTraining& probed) {
  return probed.run_id.empty() ? "not stored" : "as " + probed.run_id + ": joulecast show " + probed.run_id;
}

Json money_json(const session::ProbeResult& result) {
  if (!result.money) return nullptr;
  const auto amount_of = [](const std::optional<session::Money>& money) {
    return money ? or_null(money->amount) : Json(nullptr);
  };
  return {{"amount", or_null(result.money->amount)},
          {"low", amount_of(result.money_low)},
          {"high", amount_of(result.money_high)},
          {"currency", or_null(result.money->currency)}};
}

Json emissions_json(const session::ProbeResult& result) {
  const auto& interval = result.carbon_interval;
  return {{"co2e_g", or_null(result.carbon.mass)},
          {"low_g", interval ? or_null(interval->low) : Json(nullptr)},
          {"high_g", interval ? or_null(interval->high) : Json(nullptr)},
          {"reason", or_null(result.carbon.reason)}};
}

Json probed_json(const session::ProbedTraining& probed) {
  const auto& phase = probed.phase;
  return {{"run_id", or_null(probed.run_id)},
          {"ended_by_itself", probed.ended_by_itself},
          {"killed", probed.killed},
          {"exit_status", probed.exit_status},
          {"until_s", probed.elapsed.value()},
          {"duration_s", probed.duration.value()},
          {"energy_j", or_null(probed.energy.total)},
          {"provenance", std::string(name_of(probed.energy.provenance))},
          {"missing", probed.energy.missing},
          {"unit", phase ? or_null(phase->unit) : Json(nullptr)},
          {"work", phase ? or_null(phase->work) : Json(nullptr)},
          {"total_work", phase ? or_null(phase->total_work) : Json(nullptr)}};
}

}  // namespace

std::string to_text(const session::ProbeResult& result) {
  TextTable table({Align::left, Align::left});
  put_costs(table, result);
  table.add({result.verdict == ProbeVerdict::not_ready ? "not ready" : "ready", result.why});
  if (result.energy) table.add({"energy is", source_text(result.probed.energy)});
  table.add({"stored", stored_text(result.probed)});
  return head_text(result) + table.text();
}

nlohmann::ordered_json to_json(const session::ProbeResult& result) {
  const auto& projection = result.probed.projection;
  Json json{{"verdict", std::string(name_of(result.verdict))},
            {"ready", result.verdict != ProbeVerdict::not_ready},
            {"reason", result.why},
            {"level", estimate::interval_level}};
  json["share"] = result.verdict == ProbeVerdict::whole ? Json(1.0)
                  : projection                          ? or_null(projection->share)
                                                        : Json(nullptr);
  const auto interval = result.energy ? result.energy->interval : std::nullopt;
  json["total_j"] = result.energy ? or_null(result.energy->value) : Json(nullptr);
  json["low_j"] = interval ? or_null(interval->low) : Json(nullptr);
  json["high_j"] = interval ? or_null(interval->high) : Json(nullptr);
  const auto time = result.duration ? result.duration->interval : std::nullopt;
  json["duration_s"] = result.duration ? or_null(result.duration->value) : Json(nullptr);
  json["duration_low_s"] = time ? or_null(time->low) : Json(nullptr);
  json["duration_high_s"] = time ? or_null(time->high) : Json(nullptr);
  json["emissions"] = emissions_json(result);
  json["money"] = money_json(result);
  json["probe"] = probed_json(result.probed);
  return json;
}

std::string to_json_text(const session::ProbeResult& result) {
  return json_text(to_json(result));
}

}  // namespace joulecast::report
