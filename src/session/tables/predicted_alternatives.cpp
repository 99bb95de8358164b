#include "session/tables/predicted_alternatives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::session {
namespace {

/// The prediction's label for a key; nothing if it has none.
std::optional<std::string> label_of(const Prediction& prediction, const std::string& key) {
  const auto text = [](const std::string& name) { return name.empty() ? std::nullopt : std::optional(name); };
  const auto number = [](const auto& value) {
    return value ? std::optional(fmt::format("{}", *value)) : std::nullopt;
  };
  const auto& training = prediction.training;
  if (key == "architecture" || key == "network" || key == "model") return text(training.architecture);
  if (key == "gpu") return text(training.gpu);
  if (key == "gpu_count") return number(training.gpu_count);
  if (key == "batch_size") return number(training.batch_size);
  if (key == "power_limit_w") return number(training.gpu_power_limit_w);
  return std::nullopt;
}

/// Number of epochs of the prediction: total energy over energy of an epoch.
std::optional<double> epochs_of(const Prediction& prediction) {
  const auto& total = prediction.total_energy_j;
  const auto& epoch = prediction.epoch_energy_j;
  if (!total || !epoch || !(epoch->value > 0)) return std::nullopt;
  return total->value / epoch->value;
}

/// Sets the figure and interval for a column, if the prediction has them.
void put_figure(const Prediction& prediction, const std::string& column, tradeoff::Alternative& candidate) {
  const auto unit = tradeoff::unit_of_column(column);
  const bool of_epoch = column.starts_with("epoch_");
  const bool energy = unit.dimension == tradeoff::Dimension::energy;
  if (!energy && unit.dimension != tradeoff::Dimension::time) return;
  const auto& energy_j = of_epoch ? prediction.epoch_energy_j : prediction.total_energy_j;
  const auto& figure = energy ? energy_j : prediction.epoch_time_s;
  const auto epochs = energy || of_epoch ? std::optional(1.0) : epochs_of(prediction);
  if (!figure || !epochs) return;
  const double factor = *epochs / unit.factor;
  candidate.values[column] = {figure->value * factor};
  if (figure->low && figure->high) candidate.stated[column] = {*figure->low * factor, *figure->high * factor};
}

bool is_machine(const std::string& key) {
  static constexpr std::array<std::string_view, 5> machine{"gpu", "gpu_count", "power_limit_w", "environment",
                                                           "host"};
  return std::find(machine.begin(), machine.end(), key) != machine.end();
}

/// True also for "RTX 3090" and "NVIDIA GeForce RTX 3090".
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

/// Values of a column in the runs of all measured alternatives with the same training on another machine.
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

Result<std::vector<tradeoff::Alternative>> candidates_from(const RunTable& table,
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
      if (!column) return std::nullopt;  // a prediction may lack some columns
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

Result<std::vector<tradeoff::Alternative>> alternatives_from(std::span<const Prediction> predictions,
                                                             const std::string& source,
                                                             const std::vector<std::string>& keys,
                                                             const std::vector<std::string>& columns,
                                                             std::vector<std::string>& warnings) {
  std::vector<tradeoff::Alternative> candidates;
  for (const auto& prediction : predictions) {
    tradeoff::Alternative candidate;
    candidate.provenance = Provenance::modelled;
    for (const auto& key : keys) {
      auto label = label_of(prediction, key);
      if (!label)
        return fail(ErrorKind::invalid, source, "predictions do not name {}: leave it out of `group`", key);
      candidate.labels.push_back(std::move(*label));
    }
    if (!prediction.fits) {
      warnings.push_back(
          fmt::format("{} does not fit into the GPU's memory and is left out", candidate.name()));
      continue;
    }
    for (const auto& column : columns) put_figure(prediction, column, candidate);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

void add_candidates(std::vector<tradeoff::Alternative>& alternatives,
                    std::vector<tradeoff::Alternative> candidates, const std::vector<std::string>& keys,
                    const std::vector<std::string>& columns, std::vector<std::string>& warnings) {
  const auto measured = alternatives;
  for (auto& candidate : candidates) {
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
