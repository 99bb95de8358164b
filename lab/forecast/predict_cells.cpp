#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "lab/execute/setup.hpp"
#include "lab/forecast/forecast.hpp"
#include "session/forecast/predict_training.hpp"

namespace joulecast::lab {
namespace {

/// What a cell says of its training, or what it lacks for a prediction.
struct Description {
  trace::TrainingDescription training;
  std::vector<const char*> missing;
};

Description describe(const Plan& plan, const Cell& cell) {
  const auto setup = set_up(plan, cell, {Role::cell, cell.id, 1, 1});
  Description description;
  auto& training = description.training;
  const auto impossible = trace::apply_tags(training, setup.tags);
  if (training.gpu.empty() && setup.environment != nullptr) training.gpu = setup.environment->board;
  if (!training.epochs) training.epochs = setup.epochs;
  if (setup.environment != nullptr) {
    const auto& environment = *setup.environment;
    if (!training.gpu_count && !environment.gpus.empty())
      training.gpu_count = static_cast<int>(environment.gpus.size());
    if (environment.power_limit) training.gpu_power_limit_w = environment.power_limit->value();
  }
  if (training.architecture.empty()) description.missing.push_back("architecture");
  if (training.gpu.empty()) description.missing.push_back("gpu (or an environment's board)");
  if (!training.batch_size) description.missing.push_back("batch_size");
  if (!training.epochs) description.missing.push_back("epochs");
  if (training.dataset.empty() && !training.train_samples)
    description.missing.push_back("dataset or train_samples");
  return description;
}

std::optional<Figure> figure_of(const std::optional<session::Predicted>& predicted, double times) {
  if (!predicted) return std::nullopt;
  Figure figure{times * predicted->value, {}, {}};
  if (predicted->low) figure.low = times * *predicted->low;
  if (predicted->high) figure.high = times * *predicted->high;
  return figure;
}

session::PredictionRequest request_for(const Plan& plan, const trace::TrainingDescription& training) {
  session::PredictionRequest request;
  request.networks = {training.architecture};
  request.gpus = {training.gpu};
  request.batches.clear();
  request.training = training;
  request.training.architecture.clear();
  request.training.gpu.clear();
  request.training.batch_size.reset();
  if (!training.input_shape.empty()) request.inputs = {training.input_shape};
  if (request.training.optimizer.empty()) request.training.optimizer = session::default_optimizer;
  if (!training.precision.empty()) request.step.precision = training.precision;
  request.place = plan.place;
  return request;
}

/// Trainings that differ in their batch alone are predicted at once, since each request reads the model file.
std::string group_of(const trace::TrainingDescription& t) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", t.architecture, t.gpu, t.gpu_count.value_or(1),
                     t.gpu_power_limit_w.value_or(0), t.dataset, t.train_samples.value_or(0),
                     t.epochs.value_or(0), t.input_shape, t.optimizer, t.precision);
}

struct Group {
  trace::TrainingDescription training;
  std::vector<std::pair<const Cell*, int>> cells;  ///< with their batches
};

void predict_group(const Plan& plan, const Group& group, Predictions& predictions) {
  auto request = request_for(plan, group.training);
  std::set<int> batches;
  for (const auto& [cell, batch] : group.cells) batches.insert(batch);
  request.batches.assign(batches.begin(), batches.end());
  const auto predicted = session::predict_training(request);
  if (!predicted) {
    if (predictions.why_not.empty()) predictions.why_not = to_string(predicted.error());
    return;
  }
  for (const auto& [cell, batch] : group.cells)
    for (const auto& one : predicted->predictions) {
      if (one.training.batch_size != batch || !one.total_energy_j) continue;
      auto& forecast = predictions.cells[cell->id];
      forecast.basis = Basis::predicted;
      forecast.energy_j = figure_of(one.total_energy_j, 1);
      forecast.duration_s = figure_of(one.epoch_time_s, group.training.epochs.value_or(1));
    }
}

}  // namespace

Predictions predict_cells(const Plan& plan) {
  Predictions predictions;
  std::map<std::string, Group> groups;
  constexpr double most_samples = 1 << 30;
  for (const auto& cell : plan.cells) {
    const auto [training, missing] = describe(plan, cell);
    const auto batch = training.batch_size.value_or(0);
    if (!missing.empty() || batch < 1 || batch > most_samples || batch != std::floor(batch)) {
      if (predictions.why_not.empty() && !missing.empty())
        predictions.why_not = fmt::format("no factor, tag or environment says {}", fmt::join(missing, ", "));
      continue;
    }
    auto& group = groups[group_of(training)];
    group.training = training;
    group.cells.emplace_back(&cell, static_cast<int>(batch));
  }
  for (const auto& [key, group] : groups) predict_group(plan, group, predictions);
  return predictions;
}

}  // namespace joulecast::lab
