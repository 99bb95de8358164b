#include "report/forecast/calibration_report.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
using session::Followed;

std::string rate_of(const session::MicroResult& result) {
  const auto unit = session::unit_of_micro(result.kind);
  if (unit.empty()) return "-";
  return fmt::format("{:.1f} G{}/s", result.amount / result.duration.value() * 1e-9, unit);
}

std::string or_dash(const std::optional<double>& value) {
  return value ? fmt::format("{:.1f}", *value) : "-";
}

/// Explains how far the runs are followed.
std::string_view explained(const session::CalibrationErrors& errors) {
  if (errors.configurations < session::least_configurations)
    return "for their own workloads only: too few to judge whether they help others";
  switch (errors.followed) {
    case Followed::own_workloads:
      return "for their own workloads only: they do not reliably help others";
    case Followed::in_part:
      return "in part for other workloads too: this predicts left-out configurations best";
    case Followed::fully:
      return "fully: this predicts left-out configurations best";
    case Followed::not_at_all:
      break;
  }
  return "not at all: left-out configurations are predicted better without the other runs";
}

std::string device_text(const session::MeasuredDevice& measured) {
  auto text = fmt::format("{}\n", measured.device.name);
  for (const auto& result : measured.micro)
    text += fmt::format("  {:<12} {:>16} {:>10} ({})\n", result.kind, rate_of(result), to_text(result.power),
                        name_of(result.provenance));
  return text;
}

std::string busy_text(double busy) {
  return fmt::format(
      "The machine was not idle: its CPUs were {:.0f} % busy while its idle power was measured, which is "
      "therefore\n"
      "left out. The other figures are doubtful too: calibrate again when nothing else runs.\n",
      100 * busy);
}

std::string errors_text(const session::CalibrationErrors& errors) {
  auto text = fmt::format(
      "Median error on {} configurations of your own, percent (after: each predicted without itself):\n",
      errors.configurations);
  for (const auto target : estimate::epoch_targets)
    text += fmt::format("  {:<13} before {:>6}   after {:>6}\n", name_of(target),
                        or_dash(errors.before[static_cast<std::size_t>(target)]),
                        or_dash(errors.after[static_cast<std::size_t>(target)]));
  return text + fmt::format("Your runs are followed {}.\n", explained(errors));
}

Json micro_json(const session::MicroResult& result) {
  return {{"name", result.kind},
          {"amount", result.amount},
          {"unit", session::unit_of_micro(result.kind)},
          {"duration_s", result.duration.value()},
          {"power_w", result.power.value() > 0 ? Json(result.power.value()) : Json(nullptr)},
          {"provenance", name_of(result.provenance)}};
}

}  // namespace

std::string to_text(const session::CalibrationResult& calibration) {
  const auto& errors = calibration.errors;
  std::string text;
  for (const auto& device : calibration.devices) text += device_text(device);
  if (calibration.busy) text += busy_text(*calibration.busy);
  if (!errors.micro_followed)
    text += "Not followed in the micro-workloads: your runs are better predicted without them.\n";
  if (errors.configurations > 0) text += errors_text(errors);
  return text + fmt::format("Written to {0}. Use it with: joulecast predict --fitted {0}{1} …\n",
                            calibration.output.string(),
                            errors.followed == Followed::not_at_all ? "" : " --like " + calibration.source);
}

Json to_json(const session::CalibrationResult& calibration) {
  const auto& errors = calibration.errors;
  Json json;
  json["devices"] = Json::array();
  for (const auto& [device, micro] : calibration.devices) {
    Json entry{{"name", device.name}};
    for (const auto& result : micro) entry["workloads"].push_back(micro_json(result));
    json["devices"].push_back(std::move(entry));
  }
  json["busy_while_idle"] = or_null(calibration.busy);
  json["configurations"] = errors.configurations;
  json["micro_followed"] = errors.micro_followed;
  json["runs_followed"] = name_of(errors.followed);
  for (const auto target : estimate::epoch_targets) {
    json["before"][std::string(name_of(target))] = or_null(errors.before[static_cast<std::size_t>(target)]);
    json["after"][std::string(name_of(target))] = or_null(errors.after[static_cast<std::size_t>(target)]);
  }
  return json;
}

std::string to_json_text(const session::CalibrationResult& calibration) {
  return json_text(to_json(calibration));
}

}  // namespace joulecast::report
