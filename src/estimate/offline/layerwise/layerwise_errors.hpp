// How far off the layer-wise method is, from layers that a fit had not seen.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "estimate/offline/layerwise/layer_table.hpp"
#include "estimate/offline/layerwise/layerwise.hpp"

namespace joulecast::estimate {

[[nodiscard]] std::map<std::string, std::vector<MeasuredLayer>> by_cpu(
    const std::vector<MeasuredLayer>& layers);

/// All sizes but the batch: repeats, and one layer at several batches, stand on the same side of a split.
[[nodiscard]] std::string shape_of(const LayerWork& work);

struct HeldOutLayer {
  const MeasuredLayer* measured = nullptr;
  LoneLayer predicted;
  int fold = 0;
};

/// Five folds of whole shapes, of one CPU's layers. invalid where a fold leaves too little to fit.
[[nodiscard]] Result<std::vector<HeldOutLayer>> hold_out_shapes(const std::vector<MeasuredLayer>& layers);
/// The fifth of each kind that is largest (LayerWork::size), from the half that is smallest: how networks,
/// whose layers are larger than any table's, stand to it.
[[nodiscard]] Result<std::vector<HeldOutLayer>> hold_out_larger(const std::vector<MeasuredLayer>& layers);

/// By a model that has seen none of them: another CPU's.
[[nodiscard]] std::vector<HeldOutLayer> predict_all(const CpuLayerModel& model,
                                                    const std::vector<MeasuredLayer>& layers);

/// Energy of a lone layer's step, log(measured / predicted); nothing where the meter lost it.
[[nodiscard]] std::optional<double> log_miss(const HeldOutLayer& layer);

/// The nine tenths quantile of |log(measured / predicted)|; 0 for no layer.
[[nodiscard]] double half_width(const std::vector<HeldOutLayer>& layers);
/// The same of one kind, conformal by groups (calibration.hpp): each shape counts once, and fold `left_out`
/// not (-1 = all count). Nothing where there are too few shapes.
[[nodiscard]] std::optional<double> conformal_half_width(const std::vector<HeldOutLayer>& layers,
                                                         const std::string& kind, int left_out = -1);

/// Nothing where there are too few layers to hold any out. Without that of another CPU.
[[nodiscard]] std::optional<LayerErrors> layer_errors(const std::vector<MeasuredLayer>& layers);

}  // namespace joulecast::estimate
