// One interface for every method that predicts a training before its first step. To add a method, write one
// file with its OfflineMethod and add one line to methods.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "estimate/offline/sample.hpp"

namespace joulecast::estimate {

/// The time of a step is in seconds per sample of all GPUs together, per token where the row counts tokens.
enum class Target { power, epoch_time, epoch_energy, step_time };
constexpr std::size_t target_count = 4;
constexpr std::array<Target, target_count> all_targets{Target::power, Target::epoch_time,
                                                       Target::epoch_energy, Target::step_time};
/// What rows of whole epochs tell.
constexpr std::array<Target, 3> epoch_targets{Target::power, Target::epoch_time, Target::epoch_energy};
[[nodiscard]] std::string_view name_of(
    Target target);  ///< "power", "epoch_time", "epoch_energy", "step_time"
[[nodiscard]] std::string_view unit_of(Target target);  ///< "W", "s", "J"
/// The measured value of the target; nothing if it is unknown.
[[nodiscard]] std::optional<double> measured(const Sample& sample, Target target);

/// All GPUs together. A target that the method does not predict is absent. Values are > 0.
struct Forecast {
  /// By Target: how uncertain the logarithm is because something was never measured, as a standard deviation.
  /// 1 if the method does not know. Intervals are multiples of it (interval_factors.hpp).
  using Spread = std::array<double, target_count>;
  std::optional<double> power_w;
  std::optional<double> epoch_time_s;
  std::optional<double> epoch_energy_j;
  std::optional<double> step_time_s;  ///< see Target
  Spread spread{1, 1, 1, 1};
  [[nodiscard]] std::optional<double> operator[](Target target) const;
};

class OfflineModel {
 public:
  virtual ~OfflineModel() = default;
  [[nodiscard]] virtual Forecast predict(const Sample& sample) const = 0;
  /// Coefficients for a model file; null for a method that learns nothing.
  [[nodiscard]] virtual nlohmann::ordered_json to_json() const = 0;
};

struct FitOptions {
  std::uint64_t seed = 1;
  int draws = 100;  ///< number of settings that each random search draws
  int folds = 5;    ///< number of folds of its cross-validation
  /// Keep repeats of one configuration in one fold. False = split by row, as del Rey et al. do.
  bool group_folds = true;
  std::string regression;  ///< the only regression that pre-* may choose; empty = the best of the four
};

struct OfflineMethod {
  std::string_view name;
  std::string_view summary;  ///< one line for people
  /// The method multiplies power by the measured epoch time, which is not known before a training.
  bool told_duration;
  /// invalid if the method cannot learn anything from the samples.
  Result<std::unique_ptr<OfflineModel>> (*fit)(std::span<const Sample> samples, const FitOptions& options);
  /// Reads what to_json() wrote for a model file; malformed if it is anything else.
  Result<std::unique_ptr<OfflineModel>> (*load)(const nlohmann::ordered_json& json);
};

/// Every method, in the order in which they are listed to the user.
[[nodiscard]] std::span<const OfflineMethod* const> offline_methods();
/// nullptr if no method has that name.
[[nodiscard]] const OfflineMethod* find_offline_method(std::string_view name);

}  // namespace joulecast::estimate
