// What a run's training would have cost on other GPUs, with other batches and under other power limits, as
// the model of `joulecast predict` has it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/forecast/predict_training.hpp"
#include "trace/energy.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// Where the run does not say what it trained, or the reader wants others.
struct OtherChoicesRequest {
  std::string network = {};            ///< as network::load_network() takes it; "" = the name in the run
  std::vector<std::string> gpus = {};  ///< to compare with; empty = those that the model has learned most of
};

/// All figures are predicted, of the GPUs alone, and of the same work: that of the run.
struct OtherChoices {
  Prediction as_it_ran;  ///< the run's own training: what to hold the others against
  /// The run's work in samples was not told: figures are of `samples_if_unknown`.
  bool work_is_known = true;
  std::optional<Joules>
      measured;  ///< of the GPUs; only of the whole work, and where nothing of it is missing
  /// Without the run's own: the cheapest GPU first, the smallest batch and limit first.
  std::vector<Prediction> gpus, batches, power_limits;
};
constexpr double samples_if_unknown = 1e6;

/// unavailable if the run does not say its network, GPU or batch size, with what to give; else as
/// predict_training().
[[nodiscard]] Result<OtherChoices> other_choices(const trace::Run& run, const trace::RunEnergy& energy,
                                                 const OtherChoicesRequest& request);

}  // namespace joulecast::session
