// The parameters of the physics model: logarithms of efficiencies, overheads and power levels, each with a
// Gaussian prior. Some apply everywhere, others to one GPU, one kind of host, one framework setting or one
// workload. A parameter without measurements stays at its prior, so that unseen GPUs can be predicted.
#pragma once

#include <Eigen/Core>
#include <array>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "estimate/offline/physics/network_work.hpp"

namespace joulecast::estimate {

/// What a parameter belongs to.
enum class Level { everywhere, setting, workload, gpu, host };
constexpr std::size_t level_count = 5;

/// Each name says which time or power exp(parameter) multiplies.
enum class Parameter {
  // everywhere
  launch_s,            ///< seconds per kernel launch
  overlap,             ///< exponent of the smooth maximum of host and GPU time
  idle_share,          ///< idle power over board power, with GDDR memory
  idle_share_stacked,  ///< the same, with stacked memory (HBM)
  active_compute,      ///< power over board power when bound by arithmetic
  active_memory,       ///< the same when bound by memory
  active_depthwise,    ///< the same in depthwise convolutions
  /// Clock share below which power is proportional to the clock.
  slowdown_knee,
  slowdown_exponent,  ///< exponent of power against clock above the knee
  limit_share,        ///< mean power over the limit where the limit binds
  limit_softness,     ///< exponent of the smooth minimum of demand and limit
  busy_exponent,      ///< exponent of the busy share in the power
  /// Exponent of the factor 1.36 in the time of FLOPs, for GPUs whose FP32 units also execute integer
  /// instructions.
  shared_lanes,
  /// Exponent of the ratio of TF32 to FP32 rate in the time of products.
  matrix_units,
  /// Weight bytes that a step moves, over weight bytes stored.
  optimiser_traffic,
  // each setting
  setting_launch,
  setting_input_s,
  // each workload
  workload_flops,
  workload_bytes,
  workload_kernels,
  workload_power,
  // each GPU
  gpu_compute,
  gpu_memory,
  gpu_idle,
  gpu_power,
  gpu_slowdown,
  // each kind of host
  host_launch,
  host_input,
  // vectors over the terms
  term,
  setting_term,
};
constexpr std::size_t parameter_count = static_cast<std::size_t>(Parameter::setting_term) + 1;

/// Prior standard deviation of a workload's parameters if its graph or number of samples is unknown.
constexpr double unknown_work_sd = 0.8;

struct ParameterInfo {
  std::string_view name;
  Level level;
  double mean;  ///< mean of the prior; see term_prior_mean() for `term`
  double sd;
};
[[nodiscard]] const ParameterInfo& info_of(Parameter parameter);
[[nodiscard]] double term_prior_mean(Term term);

/// The parameters that apply to an observation: an index into each level's names; -1 = none.
using LevelIndices = std::array<int, level_count>;

/// All parameters in one vector. Standardised values are z = (value - prior mean) / prior sd.
class ParameterSpace {
 public:
  ParameterSpace() = default;
  /// Names of each level; level `everywhere` has none.
  explicit ParameterSpace(std::array<std::vector<std::string>, level_count> names);

  [[nodiscard]] Eigen::Index size() const { return mean_.size(); }
  [[nodiscard]] const std::vector<std::string>& names(Level level) const {
    return names_[static_cast<std::size_t>(level)];
  }
  [[nodiscard]] int find(Level level, std::string_view name) const;  ///< -1 if there is no such name
  /// Index of the parameter in the vector; -1 if `levels` has no entry for the parameter's level.
  [[nodiscard]] Eigen::Index offset(Parameter parameter, const LevelIndices& levels) const;
  [[nodiscard]] const Eigen::VectorXd& mean() const { return mean_; }
  [[nodiscard]] const Eigen::VectorXd& sd() const { return sd_; }
  void set_prior(Eigen::Index at, double mean, double sd) { mean_[at] = mean, sd_[at] = sd; }

  /// {"everywhere": {"launch_s": [value, prior mean, prior sd]…}, "gpu": {"RTX 3090": {…}}…}
  [[nodiscard]] nlohmann::ordered_json to_json(const Eigen::VectorXd& values) const;
  [[nodiscard]] static Result<std::pair<ParameterSpace, Eigen::VectorXd>> from_json(
      const nlohmann::ordered_json& json);

 private:
  std::array<std::vector<std::string>, level_count> names_;
  std::array<std::map<std::string, int, std::less<>>, level_count> index_;
  std::array<Eigen::Index, parameter_count> begin_{};
  Eigen::VectorXd mean_, sd_;
};

/// 1, or term_count for the parameters that are vectors over the terms.
[[nodiscard]] constexpr Eigen::Index width_of(Parameter parameter) {
  return parameter == Parameter::term || parameter == Parameter::setting_term
             ? static_cast<Eigen::Index>(term_count)
             : 1;
}

}  // namespace joulecast::estimate
