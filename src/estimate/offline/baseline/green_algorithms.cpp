// Green Algorithms (Lannelongue et al. 2021): E = (GPU maximum power x mean utilisation + memory power) x T.
// Workload tables contain neither utilisation nor total RAM. Utilisation is therefore the calculator's own
// default of 1, and the memory is the GPU's, a lower bound for the machine's. The method must be told the
// duration.
#include "estimate/offline/baseline/formula_model.hpp"
#include "estimate/offline/baseline/offline_baselines.hpp"

namespace joulecast::estimate {
namespace {

constexpr double watts_per_gigabyte = 0.3725;

Forecast predict(const Sample& sample) {
  Forecast forecast;
  forecast.power_w = (sample.limit_w() + watts_per_gigabyte * sample.gpu.memory_gb) * sample.gpu_count();
  if (sample.measured.epoch_time_s)
    forecast.epoch_energy_j = *forecast.power_w * *sample.measured.epoch_time_s;
  return forecast;
}

}  // namespace

const OfflineMethod green_algorithms_offline_method{
    "green-algorithms", "(power limit + memory) x measured epoch time (Green Algorithms)", true,
    fit_formula<predict>, load_formula<predict>};

}  // namespace joulecast::estimate
