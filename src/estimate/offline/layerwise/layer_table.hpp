// Tables of layers that were measured one at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "estimate/offline/layerwise/layer_work.hpp"

namespace joulecast::estimate {

/// One pass of a layer: the forward pass, or everything after it. The latter has the loss, the gradient of
/// the weights and the optimiser's step. It has no gradient of the input, because the input is data.
struct MeasuredPass {
  Seconds time;
  std::optional<Joules> energy;  ///< absent if the meter overflowed
};

struct MeasuredLayer {
  std::string cpu;
  LayerWork work;
  ByPass<std::optional<MeasuredPass>> passes;  ///< absent if there is no such pass

  [[nodiscard]] Seconds step_time() const;  ///< duration of both passes
  /// Nothing if the meter lost a pass.
  [[nodiscard]] std::optional<Joules> step_energy() const;
};

/// Needs the columns cpu, layer, batch_size, shape, and energy_uj and time_us of both passes. An energy of 0
/// or below is read as absent: the counter overflowed, or the step was too short for it. malformed with
/// file:line.
[[nodiscard]] Result<std::vector<MeasuredLayer>> read_layer_table(const std::filesystem::path& file);

/// A training step of a whole network.
struct MeasuredNetwork {
  std::string place;  ///< file:line
  std::string cpu, network;
  double batch = 1;
  double image_side = 0;
  ByPass<Joules> energy;
};
/// Columns cpu, network, batch_size, image_side, forward_energy_uj, backward_energy_uj. malformed with
/// file:line.
[[nodiscard]] Result<std::vector<MeasuredNetwork>> read_network_table(const std::filesystem::path& file);

}  // namespace joulecast::estimate
