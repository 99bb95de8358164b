// The parameters of the physics model: logarithms of efficiencies, overheads and power levels, each with a
// Gaussian prior. Some hold everywhere, some for one GPU, one kind of host, one framework's setting or one
// workload; those that no measurement touches stay at their prior, which is what makes unseen GPUs
// predictable.
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

/// A name says which time or power it multiplies (as exp of the parameter).
enum class Parameter {
  // everywhere
  launch_s,            ///< s per kernel of a step
  overlap,             ///< exponent of the smooth maximum of host and GPU time
  idle_share,          ///< idle power over board power, GDDR memory
  idle_share_stacked,  ///< the same, stacked memory (HBM)
  active_compute,      ///< power over board power while bound by arithmetic
  active_memory,       ///< while bound by memory
  active_depthwise,    ///< in depthwise convolutions
  slowdown_knee,       ///< clock share below which power falls in proportion to the clock
  slowdown_exponent,   ///< of power against clock above the knee
  limit_share,         ///< mean power over the limit where the limit binds
  limit_softness,      ///< exponent of the smooth minimum of demand and limit
  busy_exponent,       ///< of the busy share in the power
  shared_lanes,        ///< exponent of 1.36 in the time of FLOPs where integers share the FP32 lanes
  matrix_units,        ///< exponent of the TF32 rate over the FP32 rate in the time of products
  optimiser_traffic,   ///< weight bytes moved by a step over weights stored
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

/// Freedom of a workload's parameters where its graph or samples are unknown.
constexpr double unknown_work_sd = 0.8;

struct ParameterInfo {
  std::string_view name;
  Level level;
  double mean;  ///< of the prior; of `term` see term_prior_mean()
  double sd;
};
[[nodiscard]] const ParameterInfo& info_of(Parameter parameter);
[[nodiscard]] double term_prior_mean(Term term);

/// Where an observation stands: an index into each level's names, -1 = not one of them.
using LevelIndices = std::array<int, level_count>;

/// All parameters in one vector; standardised: z = (value - prior mean) / prior sd.
class ParameterSpace {
 public:
  ParameterSpace() = default;
  /// Names of each level; level `everywhere` has none.
  explicit ParameterSpace(std::array<std::vector<std::string>, level_count> names);

  [[nodiscard]] Eigen::Index size() const { return mean_.size(); }
  [[nodiscard]] const std::vector<std::string>& names(Level level) const {
    return names_[static_cast<std::size_t>(level)];
  }
  [[nodiscard]] int find(Level level, std::string_view name) const;  ///< -1 where it is not one of them
  /// Where the parameter of these levels stands in the vector; -1 where they lack its level.
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

/// 1, or term_count for the vectors over the terms.
[[nodiscard]] constexpr Eigen::Index width_of(Parameter parameter) {
  return parameter == Parameter::term || parameter == Parameter::setting_term
             ? static_cast<Eigen::Index>(term_count)
             : 1;
}

}  // namespace joulecast::estimate
