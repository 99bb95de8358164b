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

/// The forward pass, or what follows it: loss, gradient of the weights (not of the input, which is data) and
/// the optimiser's step.
struct MeasuredPass {
  Seconds time;
  std::optional<Joules> energy;  ///< absent where the meter overflowed
};

struct MeasuredLayer {
  std::string cpu;
  LayerWork work;
  ByPass<std::optional<MeasuredPass>> passes;  ///< absent where there is no such pass

  [[nodiscard]] Seconds step_time() const;  ///< of both passes
  /// Nothing where the meter lost a pass.
  [[nodiscard]] std::optional<Joules> step_energy() const;
};

/// Columns cpu, layer, batch_size, shape, and of both passes energy_uj and time_us. Energies of 0 and below
/// are counter overflows, or steps too short for the counter: absent. malformed with file:line.
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
