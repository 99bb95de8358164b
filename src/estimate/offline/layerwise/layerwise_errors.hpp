// Errors of the layer-wise method on held-out layers.
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

/// All sizes but the batch. Repeats of a layer, also at other batch sizes, stay on the same side of a split.
[[nodiscard]] std::string shape_of(const LayerWork& work);

struct HeldOutLayer {
  const MeasuredLayer* measured = nullptr;
  LoneLayer predicted;
  int fold = 0;
};

/// Holds out whole shapes of one CPU's layers in five folds. invalid if a fold leaves too little to fit.
[[nodiscard]] Result<std::vector<HeldOutLayer>> hold_out_shapes(const std::vector<MeasuredLayer>& layers);
/// Predicts the largest fifth of each kind (by LayerWork::size) from the smallest half. Networks have larger
/// layers than any table, so this shows how well the method extrapolates to them.
[[nodiscard]] Result<std::vector<HeldOutLayer>> hold_out_larger(const std::vector<MeasuredLayer>& layers);

/// Predictions by a model that was fitted to other layers: those of another CPU.
[[nodiscard]] std::vector<HeldOutLayer> predict_all(const CpuLayerModel& model,
                                                    const std::vector<MeasuredLayer>& layers);

/// log(measured / predicted) energy of a lone layer's step; nothing if the meter lost the energy.
[[nodiscard]] std::optional<double> log_miss(const HeldOutLayer& layer);

/// The 90 % quantile of |log(measured / predicted)|; 0 if there are no layers.
[[nodiscard]] double half_width(const std::vector<HeldOutLayer>& layers);
/// The same for one kind of layer, with a conformal quantile by groups (interval_factors.hpp): each shape
/// counts once. Layers of fold `left_out` are not used; -1 = use all. Nothing if there are too few shapes.
[[nodiscard]] std::optional<double> conformal_half_width(const std::vector<HeldOutLayer>& layers,
                                                         const std::string& kind, int left_out = -1);

/// All errors but the one on another CPU. Nothing if there are too few layers to hold some out.
[[nodiscard]] std::optional<LayerErrors> layer_errors(const std::vector<MeasuredLayer>& layers);

}  // namespace joulecast::estimate
