#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "hardware/catalogue.hpp"
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

/// A cell with what is predicted of it.
struct Asked {
  const Cell* cell = nullptr;
  trace::TrainingDescription training;
  int batch = 1;
};
using Group = std::vector<Asked>;

/// Trainings that differ in network, board and batch alone are predicted at once, since each request reads
/// the model file.
std::string group_of(const trace::TrainingDescription& t) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", t.gpu_count.value_or(1),
                     t.gpu_power_limit_w.value_or(0), t.dataset, t.train_samples.value_or(0),
                     t.epochs.value_or(0), t.input_shape, t.optimizer, t.precision);
}

session::PredictionRequest request_for(const Plan& plan, const Group& group) {
  const auto& training = group.front().training;
  session::PredictionRequest request;
  std::set<std::string> networks, gpus;
  std::set<int> batches;
  for (const auto& asked : group) {
    networks.insert(asked.training.architecture);
    gpus.insert(asked.training.gpu);
    batches.insert(asked.batch);
  }
  request.networks.assign(networks.begin(), networks.end());
  request.gpus.assign(gpus.begin(), gpus.end());
  request.batches.assign(batches.begin(), batches.end());
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

/// The catalogue's name of a board.
std::string board_of(const std::string& name) {
  const auto found = hardware::find_gpu(name);
  return found ? found->name : name;
}

/// Predictions name boards as the catalogue does and networks as their files do; of one network on one board
/// the batch tells which it is.
const session::Prediction* find(const std::vector<session::Prediction>& predictions, const Asked& asked,
                                bool alone) {
  for (const auto& one : predictions) {
    if (one.training.batch_size != asked.batch) continue;
    const bool named = one.training.architecture == asked.training.architecture &&
                       one.training.gpu == board_of(asked.training.gpu);
    if (alone || named) return &one;
  }
  return nullptr;
}

void note_why(Predictions& predictions, const std::string& why) {
  if (predictions.why_not.empty()) predictions.why_not = why;
}

void predict_group(const Plan& plan, const Group& group, Predictions& predictions);

/// Each network apart, or else each board: one that cannot be predicted does not stand in the way of others.
void predict_apart(const Plan& plan, const Group& group, bool by_network, Predictions& predictions) {
  std::map<std::string, Group> parts;
  for (const auto& asked : group)
    parts[by_network ? asked.training.architecture : asked.training.gpu].push_back(asked);
  for (const auto& [name, part] : parts) predict_group(plan, part, predictions);
}

void predict_group(const Plan& plan, const Group& group, Predictions& predictions) {
  const auto request = request_for(plan, group);
  const bool alone = request.networks.size() == 1 && request.gpus.size() == 1;
  const auto predicted = session::predict_training(request);
  const bool many = request.networks.size() > 1;
  if (!predicted && !alone) return predict_apart(plan, group, many, predictions);
  if (!predicted) return note_why(predictions, to_string(predicted.error()));
  Group unnamed;
  for (const auto& asked : group) {
    const auto* one = find(predicted->predictions, asked, alone);
    if (one == nullptr) {
      unnamed.push_back(asked);
    } else if (!one->total_energy_j) {
      note_why(predictions,
               fmt::format("the size of {} is not known: a tag train_samples says it",
                           asked.training.dataset.empty() ? "the data set" : asked.training.dataset));
    } else {
      auto& forecast = predictions.cells[asked.cell->id];
      forecast.basis = Basis::predicted;
      forecast.energy_j = figure_of(one->total_energy_j, 1);
      forecast.duration_s = figure_of(one->epoch_time_s, asked.training.epochs.value_or(1));
    }
  }
  if (!unnamed.empty() && !alone) predict_apart(plan, unnamed, many, predictions);
}

}  // namespace

Predictions predict_cells(const Plan& plan, const std::vector<std::size_t>& wanted) {
  Predictions predictions;
  std::map<std::string, Group> groups;
  constexpr double most_samples = 1 << 30;
  for (const auto place : wanted) {
    const auto& cell = plan.cells[place];
    const auto [training, missing] = describe(plan, cell);
    const auto batch = training.batch_size.value_or(0);
    if (!missing.empty() || batch < 1 || batch > most_samples || batch != std::floor(batch)) {
      if (predictions.why_not.empty() && !missing.empty())
        predictions.why_not = fmt::format("no factor, tag or environment says {}", fmt::join(missing, ", "));
      continue;
    }
    groups[group_of(training)].push_back({&cell, training, static_cast<int>(batch)});
  }
  for (const auto& [key, group] : groups) predict_group(plan, group, predictions);
  return predictions;
}

}  // namespace joulecast::lab
