// One interface for every method that predicts a training before its first step. Adding one: one file with
// its OfflineMethod, and one line in methods.cpp.
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

enum class Target { power, epoch_time, epoch_energy };
constexpr std::array<Target, 3> all_targets{Target::power, Target::epoch_time, Target::epoch_energy};
[[nodiscard]] std::string_view name_of(Target target);  ///< "power", "epoch_time", "epoch_energy"
[[nodiscard]] std::string_view unit_of(Target target);  ///< "W", "s", "J"
/// What was measured of it; nothing where that is not known.
[[nodiscard]] std::optional<double> measured(const Sample& sample, Target target);

/// All GPUs together; absent where the method does not predict it. Values are > 0.
struct Forecast {
  /// By Target: what of the logarithm was never measured, as a standard deviation; 1 where the method does
  /// not know. Intervals are multiples of it (interval_factors.hpp).
  using Spread = std::array<double, 3>;
  std::optional<double> power_w;
  std::optional<double> epoch_time_s;
  std::optional<double> epoch_energy_j;
  Spread spread{1, 1, 1};
  [[nodiscard]] std::optional<double> operator[](Target target) const;
};

class OfflineModel {
 public:
  virtual ~OfflineModel() = default;
  [[nodiscard]] virtual Forecast predict(const Sample& sample) const = 0;
  /// Coefficients, for a model file; null for a method that learns nothing.
  [[nodiscard]] virtual nlohmann::ordered_json to_json() const = 0;
};

struct FitOptions {
  std::uint64_t seed = 1;
  int draws = 100;  ///< of each random search
  int folds = 5;    ///< of its cross-validation
  /// Repeats of one configuration never stand on both sides; false = the paper's way.
  bool group_folds = true;
  std::string regression;  ///< the only one that pre-* may take; empty = the best of the four
};

struct OfflineMethod {
  std::string_view name;
  std::string_view summary;  ///< one line for people
  /// Its energy is power times the measured epoch time, which nobody has before a training.
  bool told_duration;
  /// invalid where the samples hold nothing that the method can learn from.
  Result<std::unique_ptr<OfflineModel>> (*fit)(std::span<const Sample> samples, const FitOptions& options);
  /// From a model file; malformed where the JSON is not what to_json() writes.
  Result<std::unique_ptr<OfflineModel>> (*load)(const nlohmann::ordered_json& json);
};

/// Every method, in the order in which they are shown.
[[nodiscard]] std::span<const OfflineMethod* const> offline_methods();
/// nullptr where there is none of that name.
[[nodiscard]] const OfflineMethod* find_offline_method(std::string_view name);

}  // namespace joulecast::estimate
