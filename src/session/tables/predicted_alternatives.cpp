#include "session/tables/predicted_alternatives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::session {
namespace {

using Json = nlohmann::json;

/// The label that a prediction has for a key; nothing where it has none.
std::optional<std::string> label_of(const Json& prediction, const std::string& key) {
  const bool is_model = key == "architecture" || key == "network" || key == "model";
  const auto found = prediction.find(is_model ? "model" : key);
  if (found == prediction.end() || found->is_object() || found->is_null()) return std::nullopt;
  if (found->is_string()) return found->get<std::string>();
  return found->is_number() ? std::optional(fmt::format("{}", found->get<double>())) : std::nullopt;
}

std::optional<double> number_at(const Json& quantity, const char* name) {
  const auto found = quantity.find(name);
  return found != quantity.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

/// How many epochs the prediction is for: its total energy over an epoch's.
std::optional<double> epochs_of(const Json& prediction) {
  const auto total = number_at(prediction.value("total_energy_j", Json::object()), "value");
  const auto epoch = number_at(prediction.value("epoch_energy_j", Json::object()), "value");
  if (!total || !epoch || !(*epoch > 0)) return std::nullopt;
  return *total / *epoch;
}

/// Puts the figure that answers a column, with its interval, where the prediction has one.
void put_figure(const Json& prediction, const std::string& column, tradeoff::Alternative& candidate) {
  const auto unit = tradeoff::unit_of_column(column);
  const bool of_epoch = column.starts_with("epoch_");
  const bool energy = unit.dimension == tradeoff::Dimension::energy;
  if (!energy && unit.dimension != tradeoff::Dimension::time) return;
  const char* name = energy ? (of_epoch ? "epoch_energy_j" : "total_energy_j") : "epoch_time_s";
  const auto quantity = prediction.find(name);
  const auto epochs = energy || of_epoch ? std::optional(1.0) : epochs_of(prediction);
  if (quantity == prediction.end() || !quantity->is_object() || !epochs) return;
  const auto value = number_at(*quantity, "value");
  if (!value) return;
  const double factor = *epochs / unit.factor;
  candidate.values[column] = {*value * factor};
  const auto low = number_at(*quantity, "low");
  const auto high = number_at(*quantity, "high");
  if (low && high) candidate.stated[column] = {*low * factor, *high * factor};
}

bool is_machine(const std::string& key) {
  static constexpr std::array<std::string_view, 5> machine{"gpu", "gpu_count", "power_limit_w", "environment",
                                                           "host"};
  return std::find(machine.begin(), machine.end(), key) != machine.end();
}

/// "RTX 3090" and "NVIDIA GeForce RTX 3090" are the same GPU.
bool same_label(const std::string& key, const std::string& a, const std::string& b) {
  if (equals_ignoring_case(a, b)) return true;
  if (key != "gpu" || a.empty() || b.empty()) return false;
  const auto x = to_lower(a);
  const auto y = to_lower(b);
  return x.ends_with(" " + y) || y.ends_with(" " + x);
}

bool same_training(const tradeoff::Alternative& a, const tradeoff::Alternative& b,
                   const std::vector<std::string>& keys, bool on_any_machine) {
  for (std::size_t k = 0; k < keys.size(); ++k)
    if (!(on_any_machine && is_machine(keys[k])) && !same_label(keys[k], a.labels[k], b.labels[k]))
      return false;
  return true;
}

/// The runs' values of a column, of every measured alternative that is the same training on another machine.
std::vector<double> taken_over(const tradeoff::Alternative& candidate,
                               const std::vector<tradeoff::Alternative>& measured,
                               const std::vector<std::string>& keys, const std::string& column) {
  std::vector<double> values;
  for (const auto& other : measured) {
    const auto known = other.values.find(column);
    if (known != other.values.end() && same_training(candidate, other, keys, true))
      values.insert(values.end(), known->second.begin(), known->second.end());
  }
  return values;
}

}  // namespace

Result<std::vector<tradeoff::Alternative>> predicted_from(const formats::CsvTable& table,
                                                          const std::vector<std::string>& keys,
                                                          const std::vector<std::string>& columns) {
  std::vector<std::size_t> key_positions;
  for (const auto& key : keys) {
    const auto position = table.column(key);
    if (!position) return propagate(position.error());
    key_positions.push_back(*position);
  }
  std::vector<tradeoff::Alternative> candidates;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    tradeoff::Alternative candidate;
    candidate.provenance = Provenance::modelled;
    for (const auto key : key_positions) candidate.labels.emplace_back(table.text(row, key));
    const auto figure = [&](const std::string& name) -> Result<std::optional<double>> {
      const auto column = table.column(name);
      if (!column) return std::nullopt;  // a prediction need not know everything
      return table.number(row, *column);
    };
    for (const auto& column : columns) {
      const auto value = figure(column);
      const auto low = figure(column + "_low");
      const auto high = figure(column + "_high");
      for (const auto* read : {&value, &low, &high})
        if (!*read) return propagate(read->error());
      if (!*value) continue;
      candidate.values[column] = {**value};
      if (!*low || !*high) continue;
      if (!(**low <= **value && **value <= **high)) {
        return fail(ErrorKind::malformed, table.where(row), "{} {} does not lie between {} and {}", column,
                    **value, **low, **high);
      }
      candidate.stated[column] = {**low, **high};
    }
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

Result<std::vector<tradeoff::Alternative>> predicted_from_json(const std::string& text,
                                                               const std::string& name,
                                                               const std::vector<std::string>& keys,
                                                               const std::vector<std::string>& columns,
                                                               std::vector<std::string>& warnings) {
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || !json.contains("predictions") ||
      !json["predictions"].is_array()) {
    return fail(ErrorKind::malformed, name, "is not what joulecast predict --json writes");
  }
  std::vector<tradeoff::Alternative> candidates;
  for (const auto& prediction : json["predictions"]) {
    if (!prediction.is_object()) return fail(ErrorKind::malformed, name, "a prediction is not an object");
    tradeoff::Alternative candidate;
    candidate.provenance = Provenance::modelled;
    for (const auto& key : keys) {
      auto label = label_of(prediction, key);
      if (!label)
        return fail(ErrorKind::invalid, name, "predictions do not name {}: leave it out of --group", key);
      candidate.labels.push_back(std::move(*label));
    }
    const auto memory = prediction.value("memory", Json::object());
    if (memory.is_object() && memory.value("fits", Json(true)) == Json(false)) {
      warnings.push_back(
          fmt::format("{} does not fit into the GPU's memory and is left out", candidate.name()));
      continue;
    }
    for (const auto& column : columns) put_figure(prediction, column, candidate);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

void add_predicted(std::vector<tradeoff::Alternative>& alternatives,
                   std::vector<tradeoff::Alternative> predicted, const std::vector<std::string>& keys,
                   const std::vector<std::string>& columns, std::vector<std::string>& warnings) {
  const auto measured = alternatives;
  for (auto& candidate : predicted) {
    const bool known = std::any_of(measured.begin(), measured.end(), [&](const auto& other) {
      return same_training(candidate, other, keys, false);
    });
    if (known) {
      warnings.push_back(fmt::format("{} was measured: its prediction is not used", candidate.name()));
      continue;
    }
    for (const auto& column : columns) {
      const bool correctness = tradeoff::unit_of_column(column).dimension == tradeoff::Dimension::plain;
      if (!correctness || candidate.values.contains(column)) continue;
      auto values = taken_over(candidate, measured, keys, column);
      if (values.empty()) continue;
      warnings.push_back(
          fmt::format("{} of {} is taken over from its runs on other machines, which is assumed", column,
                      candidate.name()));
      candidate.values[column] = std::move(values);
    }
    alternatives.push_back(std::move(candidate));
  }
}

}  // namespace joulecast::session
