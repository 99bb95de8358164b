#include "session/reporting/other_choices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "estimate/offline/datasets.hpp"
#include "hardware/catalogue.hpp"
#include "network/load.hpp"
#include "session/forecast/given_networks.hpp"

namespace joulecast::session {
namespace {

constexpr std::size_t most_gpus = 8;
constexpr int most_batch = 1 << 30;
/// Power limits to compare, as shares of the board's own.
constexpr double least_limit = 0.5;
constexpr double limit_step = 0.1;

/// A run's record may come from elsewhere: its network is a name, never a file. What the user names may be.
Result<std::vector<network::ArchitectureFeatures>> networks_of(const trace::TrainingDescription& training,
                                                               const std::string& named) {
  const auto input = trace::input_shape_of(training);
  if (!named.empty()) {
    auto network = network::load_network(named);
    if (!network) return propagate(network.error());
    return std::vector{std::move(*network)};
  }
  if (training.architecture.empty())
    return fail(ErrorKind::unavailable, "",
                "the run does not say its network: joulecast report --model NETWORK does (resnet50, an ONNX "
                "file, a transformer's config.json)");
  GivenNetworks given;
  given.names = {training.architecture};
  if (!input.empty()) given.inputs = {input};
  auto networks = given_networks(given);
  if (!networks && !input.empty()) {  // not every kind of network takes the shape of a sample
    given.inputs.clear();
    networks = given_networks(given);
  }
  if (!networks)
    return fail(ErrorKind::unavailable, "", "{}; joulecast report --model NETWORK names another",
                networks.error().message);
  return networks;
}

/// As the run's record and its tags describe it, with the GPUs that were measured.
trace::TrainingDescription training_of(const trace::Run& run, const trace::RunEnergy& energy) {
  auto training = run.info.training;
  (void)trace::apply_tags(training, run.tags);  // an impossible value leaves the description's
  const auto measured = std::ranges::count_if(energy.components, [](const auto& row) {
    return row.component == trace::Component::gpu && row.energy;
  });
  if (!training.gpu_count && measured > 0) training.gpu_count = static_cast<int>(measured);
  return training;
}

Result<hardware::Gpu> gpu_of(const trace::Run& run, const trace::TrainingDescription& training) {
  auto name = training.gpu;
  if (name.empty() && !run.host.gpus.empty()) name = run.host.gpus.front();
  if (name.empty())
    return fail(ErrorKind::unavailable, "", "the run names no GPU, and predictions are of GPUs");
  return hardware::resolve_gpu(name);
}

/// Samples of the whole run, which other batches share: steps of another batch would be other work.
std::optional<double> samples_of(const trace::Run& run, const trace::TrainingDescription& training) {
  const auto& unit = run.info.work_unit;
  if (run.info.total_work && unit == "step") return *run.info.total_work * *training.batch_size;
  if (run.info.total_work && unit == "sample") return run.info.total_work;
  auto samples = training.train_samples;
  if (const auto* dataset = estimate::find_dataset(training.dataset); !samples && dataset)
    samples = dataset->train_samples;
  auto epochs = training.epochs;
  if (!epochs && unit == "epoch") epochs = run.info.total_work;
  if (!epochs && !run.epochs.empty()) epochs = static_cast<double>(run.epochs.size());
  return samples && epochs ? std::optional(*samples * *epochs) : std::nullopt;
}

/// Of the GPUs, if the run did the whole work and no GPU's energy is unknown.
std::optional<Joules> measured_of(const trace::Run& run, const trace::RunEnergy& energy) {
  if (run.status != trace::RunStatus::finished) return std::nullopt;
  std::optional<Joules> sum;
  for (const auto& row : energy.components) {
    if (row.component != trace::Component::gpu || !row.in_total) continue;
    if (!row.energy) return std::nullopt;
    sum = sum.value_or(Joules{0}) + *row.energy;
  }
  return sum;
}

/// The boards of which the model has learned most, beside the run's own.
Result<std::vector<std::string>> well_known_gpus(const std::string& own) {
  const auto model = estimate::read_model(estimate::default_model_path());
  if (!model) return propagate(model.error());
  std::map<std::string, int> counts;
  for (const auto& group : model->measured)
    if (const auto gpu = hardware::find_gpu(group.gpu); gpu && gpu->name != own) ++counts[gpu->name];
  std::vector<std::pair<int, std::string>> sorted;
  for (const auto& [name, count] : counts) sorted.emplace_back(-count, name);
  std::ranges::sort(sorted);
  std::vector<std::string> names;
  for (const auto& [count, name] : sorted)
    if (names.size() < most_gpus) names.push_back(name);
  return names;
}

std::vector<int> other_batches(int batch, int gpus) {
  std::vector<int> batches;
  for (const double factor : {0.25, 0.5, 2.0, 4.0}) {
    const double other = std::floor(batch * factor);
    if (other >= gpus && other <= most_batch) batches.push_back(static_cast<int>(other));
  }
  return batches;
}

/// What all predictions of a run share.
Result<PredictionRequest> common_request(const trace::TrainingDescription& training,
                                         const OtherChoicesRequest& request, const hardware::Gpu& gpu) {
  if (!training.batch_size || !(*training.batch_size >= 1 && *training.batch_size <= most_batch))
    return fail(ErrorKind::unavailable, "",
                "the run does not say its batch size: joulecast tag RUN batch_size=… does");
  auto networks = networks_of(training, request.network);
  if (!networks) return propagate(networks.error());
  PredictionRequest common;
  common.described = std::move(*networks);
  common.gpus = {gpu.name};
  common.batches = {static_cast<int>(*training.batch_size)};
  common.training.gpu_count = training.gpu_count.value_or(1);
  common.training.gpu_power_limit_w = training.gpu_power_limit_w;
  common.training.dataset = training.dataset;
  common.training.optimizer = training.optimizer;
  if (!training.precision.empty()) common.step.precision = training.precision;
  return common;
}

bool same_choice(const Prediction& a, const Prediction& b) {
  return a.training.gpu == b.training.gpu && a.training.batch_size == b.training.batch_size &&
         a.training.gpu_power_limit_w == b.training.gpu_power_limit_w;
}

Result<std::vector<Prediction>> predictions_of(const PredictionRequest& request) {
  auto result = predict_training(request);
  if (!result) return propagate(result.error());
  if (auto counted = check_counted(*result); !counted) return propagate(counted.error());
  return std::move(result->predictions);
}

/// Predictions of a request without the one that the run itself was.
Result<std::vector<Prediction>> others(const PredictionRequest& request, const Prediction& own) {
  auto predictions = predictions_of(request);
  if (predictions)
    std::erase_if(*predictions, [&](const Prediction& other) { return same_choice(other, own); });
  return predictions;
}

}  // namespace

Result<OtherChoices> other_choices(const trace::Run& run, const trace::RunEnergy& energy,
                                   const OtherChoicesRequest& request) {
  const auto training = training_of(run, energy);
  const auto gpu = gpu_of(run, training);
  if (!gpu) return propagate(gpu.error());
  auto common = common_request(training, request, *gpu);
  if (!common) return propagate(common.error());
  const auto samples = samples_of(run, training);
  common->training.epochs = 1;
  common->training.train_samples = samples.value_or(samples_if_unknown);
  const auto own = predictions_of(*common);
  if (!own) return propagate(own.error());
  OtherChoices result{own->front(), samples.has_value(), std::nullopt, {}, {}, {}};
  if (samples) result.measured = measured_of(run, energy);

  auto on_gpus = *common;
  on_gpus.training.gpu_power_limit_w.reset();  // that of the run's own board
  on_gpus.gpus = request.gpus;
  if (request.gpus.empty()) {
    auto names = well_known_gpus(gpu->name);
    if (!names) return propagate(names.error());
    on_gpus.gpus = std::move(*names);
  }
  auto with_batches = *common;
  with_batches.batches = other_batches(common->batches.front(), *common->training.gpu_count);
  auto with_limits = *common;
  const double board = gpu->power_limit.value();
  with_limits.power_limit = fmt::format("{:g}:{:g}:{:g}", least_limit * board, board, limit_step * board);
  for (auto [to, asked] : {std::pair{&result.gpus, &on_gpus}, std::pair{&result.batches, &with_batches},
                           std::pair{&result.power_limits, &with_limits}}) {
    auto predictions = others(*asked, result.as_it_ran);
    if (!predictions) return propagate(predictions.error());
    *to = std::move(*predictions);
  }
  std::ranges::sort(result.batches, {}, [](const auto& p) { return p.training.batch_size; });
  std::ranges::sort(result.power_limits, {}, [](const auto& p) { return p.training.gpu_power_limit_w; });
  return result;
}

}  // namespace joulecast::session
