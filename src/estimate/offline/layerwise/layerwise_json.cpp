#include <cmath>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/json_depth.hpp"
#include "estimate/offline/layerwise/layerwise.hpp"
#include "estimate/offline/model_json.hpp"
#include "estimate/offline/shipped_file.hpp"

namespace joulecast::estimate {
namespace {

using Json = nlohmann::ordered_json;

constexpr int file_version = 2;
constexpr auto format_name = "joulecast layerwise model";
constexpr ByPass<const char*> pass_names{"forward", "backward"};

Json json_of(const LayerErrors& errors) {
  Json json{{"larger", rounded(errors.larger)}, {"layer", Json::object()}};
  for (const auto& [kind, half_width] : errors.layer) json["layer"][kind] = rounded(half_width);
  if (errors.other_cpu) json["other_cpu"] = rounded(*errors.other_cpu);
  return json;
}

Result<LayerErrors> errors_from(const Json& json) {
  LayerErrors errors;
  JsonReader reader(json, "errors");
  errors.larger = reader.number("larger");
  const auto& layers = reader.member("layer");
  JsonReader kinds(layers, "errors of single layers");
  for (const auto& [kind, value] : layers.items()) errors.layer[kind] = kinds.number(kind);
  if (json.contains("other_cpu")) errors.other_cpu = reader.number("other_cpu");
  for (const auto* all : {&reader, &kinds})
    if (all->error()) return propagate(*all->error());
  return errors;
}

}  // namespace

Json CpuLayerModel::to_json() const {
  Json json{{"power", Json::object()}, {"kinds", Json::object()}};
  for (const auto pass : passes) json["power"][pass_names[pass]] = power_[pass].to_json();
  for (const auto& [kind, by_pass] : kinds_)
    for (const auto pass : passes)
      if (const auto& model = by_pass[pass])
        json["kinds"][kind][pass_names[pass]] = {{"time", model->time.to_json()},
                                                 {"power", model->power.to_json()}};
  if (errors) json["errors"] = json_of(*errors);
  return json;
}

Result<CpuLayerModel> CpuLayerModel::from_json(const Json& json) {
  CpuLayerModel model;
  JsonReader reader(json, "CPU");
  const auto& power = reader.member("power");
  const auto& kinds = reader.member("kinds");
  if (reader.error()) return propagate(*reader.error());
  JsonReader curves(power, "power");
  for (const auto pass : passes) {
    auto curve = PowerCurve::from_json(curves.member(pass_names[pass]));
    if (!curve) return propagate(curve.error());
    model.power_[pass] = std::move(*curve);
  }
  for (const auto& [kind, by_pass] : kinds.items())
    for (const auto pass : passes) {
      if (!by_pass.is_object()) return fail(ErrorKind::malformed, kind, "is not a JSON object");
      const auto found = by_pass.find(pass_names[pass]);
      if (found == by_pass.end()) continue;
      JsonReader parts(*found, kind);
      auto time = LayerTime::from_json(parts.member("time"));
      if (!time) return propagate(time.error());
      auto factor = PowerFactor::from_json(parts.member("power"));
      if (!factor) return propagate(factor.error());
      model.kinds_[kind][pass] = PassModel{std::move(*time), std::move(*factor)};
    }
  if (json.contains("errors")) {
    auto errors = errors_from(json["errors"]);
    if (!errors) return propagate(errors.error());
    model.errors = std::move(*errors);
  }
  return model;
}

Status LayerwiseModel::write(const std::filesystem::path& file, const std::string& source) const {
  Json json{{"format", format_name}, {"version", file_version}, {"source", source}, {"cpus", Json::object()}};
  for (const auto& [cpu, model] : cpus_) json["cpus"][cpu] = model.to_json();
  return write_file(file, readable_text(json));
}

Result<LayerwiseModel> LayerwiseModel::read(const std::filesystem::path& file) {
  auto text = read_shipped_file(file);
  if (!text) return propagate(text.error());
  if (json_is_deeper(*text))
    return fail(ErrorKind::malformed, file.string(), "nests deeper than {} levels", deepest_json);
  const auto json = Json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("format") || json["format"] != format_name ||
      !json.contains("version"))
    return fail(ErrorKind::malformed, file.string(), "is not a joulecast layerwise model");
  if (json["version"] != file_version)
    return fail(ErrorKind::malformed, file.string(), "is of version {}, this program reads version {}",
                json["version"].dump(), file_version);
  LayerwiseModel result;
  if (json.contains("cpus") && json["cpus"].is_object())
    for (const auto& [cpu, value] : json["cpus"].items()) {
      auto model = CpuLayerModel::from_json(value);
      if (!model)
        return fail(ErrorKind::malformed, file.string(), "{}: {} {}", cpu, model.error().where,
                    model.error().message);
      result.cpus_.emplace(cpu, std::move(*model));
    }
  if (result.cpus_.empty()) return fail(ErrorKind::malformed, file.string(), "holds no CPU");
  return result;
}

}  // namespace joulecast::estimate
