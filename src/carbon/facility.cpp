#include "carbon/facility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/json_depth.hpp"
#include "base/text.hpp"

namespace joulecast::carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kind = "joulecast facility";
constexpr int version = 1;
constexpr std::uint64_t largest_file = 1 << 20;

double number_of(const Json& json, const char* key) {
  const double value = json.at(key).get<double>();
  if (!std::isfinite(value)) throw std::out_of_range(std::string(key) + " is not finite");
  return value;
}

FacilityModel model_of(const Json& json) {
  if (json.at("kind") != kind) throw std::out_of_range("it is no facility model");
  if (json.at("version") != version) throw std::out_of_range("its version is not 1");
  FacilityModel model;
  model.fixed = Watts{number_of(json, "fixed_w")};
  model.share = number_of(json, "share");
  model.cooling_per_kelvin = number_of(json, "cooling_per_kelvin");
  if (model.needs_weather()) model.threshold = Celsius{number_of(json, "threshold_c")};
  const auto& load = json.at("load_w");
  model.load = {Watts{load.at(0).get<double>()}, Watts{load.at(1).get<double>()}};
  model.usual_load = Watts{number_of(json, "usual_load_w")};
  if (const auto& range = json.at("temperature_c"); !range.is_null())
    model.temperature = {Celsius{range.at(0).get<double>()}, Celsius{range.at(1).get<double>()}};
  model.error = number_of(json, "error");
  model.calibrated = json.at("calibrated").get<bool>();
  model.samples = json.at("samples").get<std::size_t>();
  model.length = Seconds{number_of(json, "length_s")};
  model.learned_on = json.at("learned_on").get<std::string>();
  model.load_from = json.at("load_from").get<std::string>();
  const bool possible = model.fixed.value() >= 0 && model.share >= 0 && model.cooling_per_kelvin >= 0 &&
                        model.error >= 0 && model.load.low.value() > 0 && model.load.low <= model.load.high &&
                        model.usual_load.value() > 0;
  if (!possible) throw std::out_of_range("it has figures that cannot be");
  return model;
}

}  // namespace

std::optional<Watts> FacilityModel::at_wall(Watts it, std::optional<Celsius> outside) const {
  if (needs_weather() && !outside) return std::nullopt;
  const double above = needs_weather() ? std::max(0.0, (*outside - threshold).value()) : 0;
  return it * (1 + share + cooling_per_kelvin * above) + fixed;
}

std::optional<double> FacilityModel::pue(Watts it, std::optional<Celsius> outside) const {
  const auto wall = at_wall(it, outside);
  if (!wall || !(it.value() > 0)) return std::nullopt;
  return *wall / it;
}

std::vector<std::string> beyond(const FacilityModel& model, Between<Watts> load,
                                std::optional<Between<Celsius>> outside) {
  std::vector<std::string> phrases;
  if (!model.load.contains(load.low) || !model.load.contains(load.high))
    phrases.push_back(fmt::format("a load of {} lies outside the {} to {} that the building was learned at",
                                  to_text(model.load.contains(load.low) ? load.high : load.low),
                                  to_text(model.load.low), to_text(model.load.high)));
  if (model.needs_weather() && model.temperature && outside &&
      !(model.temperature->contains(outside->low) && model.temperature->contains(outside->high)))
    phrases.push_back(
        fmt::format("{:.1f} °C outside lie beyond the {:.1f} to {:.1f} °C that the building was learned at",
                    (model.temperature->contains(outside->low) ? outside->high : outside->low).value(),
                    model.temperature->low.value(), model.temperature->high.value()));
  return phrases;
}

Json figures_of(const FacilityModel& model) {
  const auto range = [](auto between) { return Json::array({between.low.value(), between.high.value()}); };
  return {{"fixed_w", model.fixed.value()},
          {"share", model.share},
          {"cooling_per_kelvin", model.cooling_per_kelvin},
          {"threshold_c", model.needs_weather() ? Json(model.threshold.value()) : Json(nullptr)},
          {"load_w", range(model.load)},
          {"usual_load_w", model.usual_load.value()},
          {"temperature_c", model.temperature ? range(*model.temperature) : Json(nullptr)},
          {"error", model.error},
          {"calibrated", model.calibrated}};
}

Status write_facility(const std::filesystem::path& file, const FacilityModel& model) {
  Json json{{"kind", kind}, {"version", version}};
  json.update(figures_of(model));
  json.update(Json{{"samples", model.samples},
                   {"length_s", model.length.value()},
                   {"learned_on", model.learned_on},
                   {"load_from", model.load_from}});
  return write_file(file, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Result<FacilityModel> read_facility(const std::filesystem::path& file) {
  const auto text = read_file(file, largest_file);
  if (!text) return propagate(text.error());
  if (json_is_deeper(*text))
    return fail(ErrorKind::malformed, file.string(), "is no facility model: it is nested too deeply");
  try {
    return model_of(Json::parse(*text));
  } catch (const std::exception& problem) {
    return fail(ErrorKind::malformed, file.string(), "is no facility model of joulecast facility fit: {}",
                problem.what());
  }
}

}  // namespace joulecast::carbon
