// MLCO2 Impact (Lacoste et al. 2019): E = GPU maximum power x T. The method must be told the duration.
#include "estimate/offline/baseline/formula_model.hpp"
#include "estimate/offline/baseline/offline_baselines.hpp"

namespace joulecast::estimate {
namespace {

Forecast predict(const Sample& sample) {
  Forecast forecast;
  forecast.power_w = sample.gpu.power_limit.value() * sample.gpu_count();
  if (sample.measured.epoch_time_s)
    forecast.epoch_energy_j = *forecast.power_w * *sample.measured.epoch_time_s;
  return forecast;
}

}  // namespace

const OfflineMethod mlco2_offline_method{"mlco2", "board power x measured epoch time (MLCO2 Impact)", true,
                                         fit_formula<predict>, load_formula<predict>};

}  // namespace joulecast::estimate
