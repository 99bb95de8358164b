// A guess at a network of which only the arithmetic, and perhaps the size, is known.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "estimate/offline/physics/network_work.hpp"

namespace joulecast::estimate {

/// Arithmetic, traffic and kernels as powers of the recorded arithmetic and size, least squares in
/// logarithms; what they are made of, as mean shares.
class TypicalNetwork {
 public:
  /// Of image networks: over those of data/architectures that are not made of dense products, with a residual
  /// standard deviation of 0.8 (traffic) and 0.9 (kernels).
  TypicalNetwork();
  struct Known {
    double gmacs = 0, parameters = 0;  ///< as a table records them, > 0; some tables count a MAC as two
    NetworkWork work;
  };
  /// Of networks that are known: the laws above are the prior, so that few of them, or all of one size, do no
  /// harm. Nothing where there are fewer than ten.
  [[nodiscard]] static std::optional<TypicalNetwork> fit(std::span<const Known> networks);
  /// gmacs > 0, as recorded; without the parameters, those that go with it.
  [[nodiscard]] NetworkWork work(double gmacs, std::optional<double> parameters) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<TypicalNetwork> from_json(const nlohmann::ordered_json& json);

 private:
  struct PowerLaw {
    double constant = 0, of_gmacs = 0, of_parameters = 0;  ///< of log(10^9 MACs) and log(10^6 parameters)
  };
  PowerLaw flops_, bytes_, kernels_;
  double parameters_ = 0;                    ///< log(10^6 parameters) at 10^9 MACs…
  double parameters_of_gmacs_ = 0;           ///< …and its slope
  std::array<double, term_count> shares_{};  ///< of all FLOPs, or all bytes
};

}  // namespace joulecast::estimate
