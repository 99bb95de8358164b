// Guesses the work of a network of which only the arithmetic, and perhaps the number of parameters, is known.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "estimate/offline/physics/network_work.hpp"

namespace joulecast::estimate {

/// Arithmetic, memory traffic and kernels as power laws of the recorded arithmetic and number of parameters,
/// fitted by least squares of logarithms. The mix of work by term is the mean over networks.
class TypicalNetwork {
 public:
  /// The laws of image networks, fitted to those of data/architectures that do not consist of dense products.
  /// The residual standard deviation is 0.8 (traffic) and 0.9 (kernels).
  TypicalNetwork();
  struct Known {
    /// As a table records them, > 0. Some tables count a multiply-accumulate as two.
    double gmacs = 0, parameters = 0;
    NetworkWork work;
  };
  /// Fits the laws to known networks. The default laws above are the prior, so that few networks, or networks
  /// of one size, do no harm. Nothing if there are fewer than ten.
  [[nodiscard]] static std::optional<TypicalNetwork> fit(std::span<const Known> networks);
  /// gmacs > 0, as recorded. Missing parameters are guessed from gmacs.
  [[nodiscard]] NetworkWork work(double gmacs, std::optional<double> parameters) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<TypicalNetwork> from_json(const nlohmann::ordered_json& json);

 private:
  struct PowerLaw {
    double constant = 0, of_gmacs = 0, of_parameters = 0;  ///< of log(10^9 MACs) and log(10^6 parameters)
  };
  PowerLaw flops_, bytes_, kernels_;
  double parameters_ = 0;                    ///< log(10^6 parameters) at 10^9 MACs
  double parameters_of_gmacs_ = 0;           ///< slope of the same against log(10^9 MACs)
  std::array<double, term_count> shares_{};  ///< of all FLOPs, or of all bytes
};

}  // namespace joulecast::estimate
