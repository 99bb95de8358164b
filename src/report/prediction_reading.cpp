#include "report/prediction_reading.hpp"

#include <nlohmann/json.hpp>

namespace joulecast::report {
namespace {

using Json = nlohmann::json;

std::optional<double> number_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::string text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::optional<session::Predicted> quantity_at(const Json& prediction, const char* name) {
  const auto found = prediction.find(name);
  if (found == prediction.end() || !found->is_object()) return std::nullopt;
  const auto value = number_at(*found, "value");
  if (!value) return std::nullopt;
  return session::Predicted{*value, number_at(*found, "low"), number_at(*found, "high"),
                            text_at(*found, "interval") == "calibrated"};
}

Result<session::Prediction> prediction_of(const Json& json, const std::string& name) {
  if (!json.is_object()) return fail(ErrorKind::malformed, name, "a prediction is not an object");
  session::Prediction prediction;
  prediction.model = text_at(json, "model");
  prediction.gpu = text_at(json, "gpu");
  const auto batch = number_at(json, "batch_size");
  if (prediction.model.empty() || prediction.gpu.empty() || !batch)
    return fail(ErrorKind::malformed, name, "a prediction does not name model, gpu and batch_size");
  prediction.batch = static_cast<int>(*batch);
  prediction.gpu_count = static_cast<int>(number_at(json, "gpu_count").value_or(1));
  prediction.limit_w = number_at(json, "power_limit_w").value_or(0);
  if (const auto power = quantity_at(json, "power_w")) prediction.power_w = *power;
  prediction.epoch_time_s = quantity_at(json, "epoch_time_s");
  prediction.epoch_energy_j = quantity_at(json, "epoch_energy_j");
  prediction.total_energy_j = quantity_at(json, "total_energy_j");
  if (const auto memory = json.find("memory"); memory != json.end() && memory->is_object()) {
    prediction.memory_needed_gb = number_at(*memory, "needed_gb").value_or(0);
    prediction.memory_gb = number_at(*memory, "available_gb").value_or(prediction.memory_needed_gb);
  }
  return prediction;
}

}  // namespace

Result<std::vector<session::Prediction>> predictions_from_json(std::string_view text,
                                                               const std::string& name) {
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || !json.contains("predictions") ||
      !json["predictions"].is_array())
    return fail(ErrorKind::malformed, name, "is not what joulecast predict --json writes");
  std::vector<session::Prediction> predictions;
  for (const auto& entry : json["predictions"]) {
    auto prediction = prediction_of(entry, name);
    if (!prediction) return propagate(prediction.error());
    predictions.push_back(std::move(*prediction));
  }
  return predictions;
}

}  // namespace joulecast::report
