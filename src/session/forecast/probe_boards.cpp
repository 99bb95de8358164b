#include "session/forecast/probe_boards.hpp"

#include <algorithm>
#include <cmath>

#include "estimate/offline/speed/step_terms.hpp"
#include "hardware/catalogue.hpp"
#include "network/training_cost.hpp"
#include "sensors/support/gpu_cards.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

/// Half widths of 90 % intervals, as logarithms: how far such scaling was off between boards that the same
/// software was measured on, every source with the same weight (docs/probe.md).
struct Spread {
  double time, power;
};
constexpr Spread by_network{0.61, 0.31};
constexpr Spread by_figures{0.83, 0.9};

constexpr double bandwidth_share = 0.6;  ///< of the figures; the rest is the peak's

/// An interval around `value` with a half width by factors, which is wider by what was uncertain before.
Predicted widened(double value, double lower, double upper, double half) {
  return {value, value * std::exp(-std::hypot(lower, half)), value * std::exp(std::hypot(upper, half)),
          false};
}

template <class U>
Predicted scaled(const estimate::Estimate<U>& measured, double factor, double half) {
  const double value = measured.value.value() * factor;
  if (!measured.interval || !(measured.interval->low.value() > 0)) return widened(value, 0, 0, half);
  return widened(value, std::log(measured.value / measured.interval->low),
                 std::log(measured.interval->high / measured.value), half);
}

double speed_of(const hardware::Gpu& gpu, const std::string& precision) {
  return std::pow(gpu.bandwidth_gb_s, bandwidth_share) *
         std::pow(estimate::peak_tflops(gpu, precision), 1 - bandwidth_share);
}

/// The GPUs' share of the energy, as far as they take part: the `count` that used the most.
std::optional<double> gpu_share(const trace::RunEnergy& energy, int count) {
  if (!energy.total || !(*energy.total > Joules{0})) return std::nullopt;
  std::vector<double> gpus;
  for (const auto& row : energy.components)
    if (row.component == trace::Component::gpu && row.energy) gpus.push_back(row.energy->value());
  if (gpus.empty()) return std::nullopt;
  std::ranges::sort(gpus, std::greater<>());
  double sum = 0;
  for (std::size_t i = 0; i < gpus.size() && i < static_cast<std::size_t>(count); ++i) sum += gpus[i];
  return sum / energy.total->value();
}

/// Time and power on another board over those here.
struct Ratios {
  double time = 1, power = 1;
};

class BoardScaler {
 public:
  BoardScaler(const BoardsRequest& request, const ProbeResult& probe) : request_(request), probe_(probe) {}

  Result<ProbedBoards> scale(const std::string& gpu_here) {
    ProbedBoards result;
    const int count = request_.prediction.training.gpu_count.value_or(1);
    const auto share = gpu_share(probe_.probed.energy, count);
    if (gpu_here.empty() || !share) return predict_alone();
    auto here = hardware::resolve_gpu(gpu_here);
    if (!here) {
      result.why = "the board here cannot be compared: " + here.error().message;
      return result;
    }
    if (!probe_.energy || !probe_.duration || !(probe_.duration->value > Seconds{0})) {
      result.why = "other boards are not known, as this one is not: " + probe_.why;
      return result;
    }
    if (auto ok = predict_all(*here); !ok) return propagate(ok.error());
    result.here = board_on(*here, *here, *share);
    for (const auto& name : request_.prediction.gpus)
      if (const auto there = hardware::resolve_gpu(name).value(); there.name != here->name)
        result.others.push_back(board_on(*here, there, *share));
    std::ranges::stable_sort(result.others, {},
                             [](const ProbedBoard& board) { return board.energy_j->value; });
    return result;
  }

 private:
  [[nodiscard]] bool knows_network() const {
    return !request_.prediction.networks.empty() || !request_.prediction.described.empty();
  }

  /// Predictions for the board here, first, and the others.
  Status predict_all(const hardware::Gpu& here) {
    if (!knows_network()) return {};
    auto wanted = request_.prediction;
    wanted.gpus.insert(wanted.gpus.begin(), here.name);
    auto predicted = predict_training(wanted);
    if (!predicted) return propagate(predicted.error());
    predictions_ = std::move(predicted->predictions);
    return {};
  }

  [[nodiscard]] const Prediction* prediction_for(const hardware::Gpu& gpu) const {
    const auto found =
        std::ranges::find(predictions_, gpu.name, [](const Prediction& p) { return p.training.gpu; });
    return found == predictions_.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::optional<Ratios> ratios_by_network(const hardware::Gpu& here,
                                                        const hardware::Gpu& there) const {
    const auto *from = prediction_for(here), *to = prediction_for(there);
    if (from == nullptr || to == nullptr || !from->power_w || !to->power_w) return std::nullopt;
    const auto time_of = [](const Prediction& p) { return p.step_time_s ? p.step_time_s : p.epoch_time_s; };
    const auto before = time_of(*from), after = time_of(*to);
    if (!before || !after) return std::nullopt;
    const auto& precision = request_.prediction.step.precision;
    return Ratios{
        std::sqrt(after->value / before->value * speed_of(here, precision) / speed_of(there, precision)),
        to->power_w->value / from->power_w->value};
  }

  [[nodiscard]] ProbedBoard board_on(const hardware::Gpu& here, const hardware::Gpu& there,
                                     double share) const {
    const auto& precision = request_.prediction.step.precision;
    ProbedBoard board;
    board.gpu = there.name;
    board.gpu_count = request_.prediction.training.gpu_count.value_or(1);
    const bool same = here.name == there.name;
    Ratios ratios{speed_of(here, precision) / speed_of(there, precision),
                  there.power_limit / here.power_limit};
    Spread spread = by_figures;
    if (const auto better = ratios_by_network(here, there)) {
      ratios = *better;
      spread = by_network;
      board.basis = BoardBasis::network;
    }
    if (same) {
      ratios = {};
      spread = {0, 0};
      board.basis = BoardBasis::measured;
    }
    const double energy_half = std::hypot(spread.time, spread.power);
    const double power = (probe_.energy->value / probe_.duration->value).value() * share;
    board.duration_s = scaled(*probe_.duration, ratios.time, spread.time);
    put_power(power * ratios.power, there, spread, same, board);
    const double gained = board.power_w->value / power;
    board.energy_j = scaled(*probe_.energy, share * gained * ratios.time, energy_half);
    put_rest(prediction_for(there), board);
    return board;
  }

  /// A board stays within its power limit.
  static void put_power(double watts, const hardware::Gpu& gpu, Spread spread, bool measured,
                        ProbedBoard& board) {
    const double most = gpu.power_limit.value() * board.gpu_count;
    const double value = measured ? watts : std::min(watts, most);
    board.power_w = widened(value, 0, 0, spread.power);
    if (!measured) board.power_w->high = std::max(value, std::min(*board.power_w->high, most));
  }

  void put_rest(const Prediction* prediction, ProbedBoard& board) const {
    if (board.energy_j && request_.prediction.place.known())
      board.emissions = carbon::estimate(to_kilowatt_hours(Joules{board.energy_j->value}),
                                         request_.prediction.place, carbon::IntensityTable::read());
    if (prediction == nullptr) return;
    board.memory_needed_gb = prediction->memory_needed_gb;
    board.memory_gb = prediction->memory_gb;
    board.largest_batch = prediction->largest_batch;
    board.fits = prediction->fits;
  }

  /// The work as far as the probe heard of it; what the user gives comes first.
  [[nodiscard]] PredictionRequest with_heard_work() const {
    auto wanted = request_.prediction;
    const auto& phase = probe_.probed.phase;
    if (!phase || !phase->total_work || wanted.steps || wanted.tokens || wanted.training.epochs)
      return wanted;
    if (phase->unit == "epoch") wanted.training.epochs = *phase->total_work;
    if (phase->unit == "step" && !wanted.training.train_samples) wanted.steps = *phase->total_work;
    return wanted;
  }

  /// What a processor does says nothing about a GPU.
  [[nodiscard]] Result<ProbedBoards> predict_alone() const {
    ProbedBoards result;
    if (!knows_network()) {
      result.why = "no GPU was measured, so that other boards need --model";
      return result;
    }
    const auto predicted = predict_training(with_heard_work());
    if (!predicted) return propagate(predicted.error());
    for (const auto& p : predicted->predictions) {
      ProbedBoard board;
      board.gpu = p.training.gpu;
      board.gpu_count = p.training.gpu_count.value_or(1);
      board.basis = BoardBasis::predicted;
      board.power_w = p.power_w;
      board.energy_j = p.total_energy_j;
      if (p.epoch_time_s && p.training.epochs) {
        const double epochs = *p.training.epochs;
        board.duration_s = *p.epoch_time_s;
        board.duration_s->value *= epochs;
        if (board.duration_s->low) *board.duration_s->low *= epochs;
        if (board.duration_s->high) *board.duration_s->high *= epochs;
      }
      put_rest(&p, board);
      result.others.push_back(std::move(board));
    }
    result.why = "no GPU was measured: other boards are predicted, and not calibrated by this probe";
    if (std::ranges::any_of(result.others, [](const ProbedBoard& board) { return !board.energy_j; }))
      result.why += "; their totals take the work: give --steps, or --epochs with --samples or --dataset";
    return result;
  }

  const BoardsRequest& request_;
  const ProbeResult& probe_;
  std::vector<Prediction> predictions_;
};

}  // namespace

Status check_boards(const BoardsRequest& request, const sensors::Environment& environment) {
  const auto& wanted = request.prediction;
  const bool knows_network = !wanted.networks.empty() || !wanted.described.empty();
  if (wanted.gpus.empty()) {
    if (knows_network) return fail_field("gpu", "a model is for other boards, and none is given");
    return {};
  }
  if (wanted.networks.size() + wanted.described.size() > 1)
    return fail_field("model", "the probed training has one network");
  if (!knows_network && !sensors::has_usable_gpu(environment))
    return fail_field(
        "model",
        "this machine has no GPU that can be used, and what a processor does says nothing about "
        "other boards: give the network, too");
  if (knows_network) {
    const auto predicted = predict_training(wanted);
    return predicted ? Status{} : propagate(predicted.error());
  }
  for (const auto& name : wanted.gpus)
    if (const auto gpu = hardware::resolve_gpu(name); !gpu) return propagate(gpu.error());
  const auto precision = network::find_precision(wanted.step.precision);
  return precision ? Status{} : propagate(precision.error());
}

Result<ProbedBoards> probe_boards(const BoardsRequest& request, const ProbeResult& probe,
                                  const std::string& gpu_here) {
  return BoardScaler(request, probe).scale(gpu_here);
}

std::string gpu_of(const ProbedTraining& probed) {
  if (probed.run_id.empty()) return {};
  const auto store = open_store(probed.store.string(), store::Access::read);
  if (!store) return {};
  const auto run = (*store)->summary(probed.run_id);
  return run && !run->host.gpus.empty() ? run->host.gpus.front() : std::string{};
}

}  // namespace joulecast::session
