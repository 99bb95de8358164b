#include "estimate/offline/physics/physics_model.hpp"

#include <algorithm>
#include <cmath>

#include "estimate/offline/training_step.hpp"
#include "hardware/generation.hpp"

namespace joulecast::estimate {
namespace {

const double log_integer_load = std::log(hardware::instructions_per_float);

/// exp(parameter) at these levels. For a new level it uses the prior mean.
class Values {
 public:
  Values(const PhysicsInput& input, const ParameterSpace& space, const Eigen::VectorXd& exponentials,
         const Nudge& nudge)
      : levels_(input.levels), space_(space), exponentials_(exponentials), nudge_(nudge) {}
  double operator()(Parameter parameter) const {
    const auto at = space_.offset(parameter, levels_);
    return (at < 0 ? std::exp(info_of(parameter).mean) : exponentials_[at]) * nudged(parameter, 0);
  }
  double term(std::size_t i) const {
    const auto own = space_.offset(Parameter::setting_term, levels_);
    const auto all = space_.offset(Parameter::term, levels_);
    const auto offset = static_cast<Eigen::Index>(i);
    return exponentials_[all + offset] * (own < 0 ? 1.0 : exponentials_[own + offset]) *
           nudged(Parameter::setting_term, i) * nudged(Parameter::term, i);
  }

 private:
  [[nodiscard]] double nudged(Parameter parameter, std::size_t term) const {
    const bool it = nudge_.log_factor != 0 && nudge_.parameter == parameter && nudge_.term == term;
    return it ? std::exp(nudge_.log_factor) : 1.0;
  }
  const LevelIndices& levels_;
  const ParameterSpace& space_;
  const Eigen::VectorXd& exponentials_;
  const Nudge& nudge_;
};

struct Times {
  double compute = 0, memory = 0, optimiser = 0, launch = 0, input = 0;  ///< s of one step
  [[nodiscard]] double gpu() const { return compute + memory + optimiser; }
};

Times times_of(const PhysicsInput& input, const Values& value, PhysicsOutput& output) {
  Times times;
  const double compute =
      value(Parameter::workload_flops) * value(Parameter::gpu_compute) * input.batch_of_gpu;
  const double memory = value(Parameter::workload_bytes) * value(Parameter::gpu_memory) * input.batch_of_gpu;
  const double convolving =
      std::exp(-input.matrix_gain * value(Parameter::matrix_units)) *
      (input.shares_lanes ? std::exp(log_integer_load * value(Parameter::shared_lanes)) : 1);
  for (std::size_t i = 0; i < term_count; ++i) {
    const auto term = static_cast<Term>(i);
    const bool arithmetic = is_compute(term);
    const double seconds = input.seconds[i] * value.term(i) * (arithmetic ? compute : memory) *
                           (is_convolution(term) ? convolving : 1);
    (arithmetic ? times.compute : times.memory) += seconds;
    output.shares[i] = seconds;
  }
  times.optimiser = input.weight_s * value(Parameter::optimiser_traffic) * value(Parameter::gpu_memory);
  times.launch = input.kernels * value(Parameter::launch_s) * value(Parameter::setting_launch) *
                 value(Parameter::host_launch) * value(Parameter::workload_kernels);
  times.input =
      input.batch_of_gpu * input.gpu_count * value(Parameter::setting_input_s) * value(Parameter::host_input);
  if (times.gpu() > 0)
    for (auto& share : output.shares) share /= times.gpu();
  return times;
}

/// Clock share at which dynamic power is `share` of its full value. Power is proportional to the clock below
/// the knee and to a power of the clock above it.
double clock_at(double share, double knee, double exponent) {
  const double slope = knee * knee;
  const auto blend = [](double a, double b) {
    return 1 / std::sqrt(std::sqrt(1 / (a * a * a * a) + 1 / (b * b * b * b)));
  };
  return std::min(1.0, blend(share / slope, std::pow(share, 1 / exponent)) / blend(1 / slope, 1.0));
}

struct Powers {
  double idle = 0, demand = 0, drawn = 0;  ///< of one GPU
};

Powers powers_of(const PhysicsInput& input, const Values& value, const PhysicsOutput& output) {
  Powers powers;
  powers.idle = input.board_w * value(Parameter::gpu_idle) *
                value(input.stacked_memory ? Parameter::idle_share_stacked : Parameter::idle_share);
  double compute = 0;
  for (std::size_t i = 0; i < term_count; ++i)
    if (is_compute(static_cast<Term>(i))) compute += output.shares[i];
  const double depthwise = output.shares[static_cast<std::size_t>(Term::depthwise_flops)] +
                           output.shares[static_cast<std::size_t>(Term::depthwise_bytes)];
  const double active = input.full_speed_w * value(Parameter::workload_power) * value(Parameter::gpu_power) *
                        std::pow(value(Parameter::active_compute), compute) *
                        std::pow(value(Parameter::active_depthwise), depthwise) *
                        std::pow(value(Parameter::active_memory), 1 - compute - depthwise);
  constexpr double least_dynamic = 0.05;  ///< share of the board power; keeps the demand above idle
  const double dynamic = std::max(active - powers.idle, least_dynamic * input.board_w);
  powers.demand = powers.idle + std::pow(output.busy, value(Parameter::busy_exponent)) * dynamic;
  const double limit = std::min(input.limit_w, input.board_w) * value(Parameter::limit_share);
  const double softness = 2 + value(Parameter::limit_softness);
  powers.drawn = limit * std::pow(1 + std::pow(limit / powers.demand, softness), -1 / softness);
  powers.drawn = std::max(powers.drawn, std::min(powers.demand, powers.idle + least_dynamic * input.board_w));
  return powers;
}

/// Stands for a network of which nothing is known. The workload's own parameters scale it.
NetworkWork nominal_work() {
  NetworkWork work;
  work.terms[static_cast<std::size_t>(Term::dense_flops)] = 1e9;
  work.terms[static_cast<std::size_t>(Term::elementwise_bytes)] = 2e7;
  work.kernels = 100;
  return work;
}

}  // namespace

bool well_known(const Sample& sample) {
  return sample.work && !sample.guessed && sample.training.train_samples;
}

PhysicsInput physics_input(const Sample& sample, const ParameterSpace& space) {
  PhysicsInput input;
  input.levels = {0, space.find(Level::setting, sample.setting()),
                  space.find(Level::workload, sample.workload()), space.find(Level::gpu, sample.gpu.name),
                  space.find(Level::host, sample.host())};
  const double peak = sample.gpu.fp32_tflops * 1e12;
  const double bandwidth = sample.gpu.bandwidth_gb_s * 1e9 * hardware::delivered_bandwidth_share(sample.gpu);
  const auto work = sample.work ? *sample.work : nominal_work();
  for (std::size_t i = 0; i < term_count; ++i)
    input.seconds[i] =
        training_over_forward * work.terms[i] / (is_compute(static_cast<Term>(i)) ? peak : bandwidth);
  input.shares_lanes = hardware::integers_share_lanes(sample.gpu);
  if (sample.gpu.tf32_tflops)
    input.matrix_gain = std::max(0.0, std::log(*sample.gpu.tf32_tflops * 1e12 / peak));
  input.kernels = training_over_forward * work.kernels;
  input.weight_s = training_over_forward * work.weight_bytes / bandwidth;
  input.samples = sample.training.train_samples.value_or(1);
  input.gpu_count = sample.gpu_count();
  input.batch_of_gpu = sample.batch() / sample.gpu_count();
  input.limit_w = sample.limit_w();
  input.board_w = sample.gpu.power_limit.value();
  input.full_speed_w = hardware::full_speed_power(sample.gpu).value();
  input.stacked_memory = hardware::has_stacked_memory(sample.gpu);
  input.known_work = well_known(sample);
  return input;
}

PhysicsOutput evaluate_physics(const PhysicsInput& input, const ParameterSpace& space,
                               const Eigen::VectorXd& exponentials, const Nudge& nudge) {
  const Values value(input, space, exponentials, nudge);
  PhysicsOutput output;
  const auto times = times_of(input, value, output);
  const double m = value(Parameter::overlap);
  const double waiting = std::pow(times.launch, m) + std::pow(times.input, m);
  const auto step = [&](double gpu) { return std::pow(waiting + std::pow(gpu, m), 1 / m); };
  output.busy = times.gpu() / step(times.gpu());
  const auto powers = powers_of(input, value, output);
  /// Idle power at the low clocks of a tight limit, relative to normal idle power.
  constexpr double throttled_idle = 0.905;
  constexpr double least_share = 0.02;
  const double idle = throttled_idle * powers.idle;
  const double share = std::clamp((powers.drawn - idle) / (powers.demand - idle), least_share, 1.0);
  const double knee = value(Parameter::slowdown_knee) * std::sqrt(value(Parameter::gpu_slowdown));
  output.clock = clock_at(share, knee, value(Parameter::slowdown_exponent));
  output.limit_over_demand = input.limit_w / powers.demand;
  output.launch_s = times.launch;
  output.input_s = times.input;
  output.gpu_s = times.gpu() / output.clock;
  output.log_time = std::log(input.samples / (input.batch_of_gpu * input.gpu_count) * step(output.gpu_s));
  output.log_power = std::log(powers.drawn * input.gpu_count);
  return output;
}

}  // namespace joulecast::estimate
