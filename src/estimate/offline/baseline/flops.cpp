// FLOPs: T = 3 x forward FLOPs x samples / (peak FP32 FLOP/s x assumed MFU), power = the limit.
#include "estimate/offline/baseline/formula_model.hpp"
#include "estimate/offline/baseline/offline_baselines.hpp"
#include "estimate/offline/training_step.hpp"

namespace joulecast::estimate {
namespace {

constexpr double flops_per_mac = 2;

Forecast predict(const Sample& sample) {
  Forecast forecast;
  forecast.power_w = sample.limit_w() * sample.gpu_count();
  if (sample.step && !sample.step->work.nominal) {
    const double passes = sample.step->setup.training ? training_over_forward : 1;
    const double tokens = sample.step->counts_tokens ? sample.step->work.tokens : 1;
    forecast.step_time_s = passes * flops_per_mac * sample.step->work.gmacs * 1e9 / tokens /
                           (sample.gpu.fp32_tflops * 1e12 * assumed_mfu * sample.gpu_count());
  }
  if (!sample.training.gflops_forward_per_sample || *sample.training.gflops_forward_per_sample <= 0 ||
      !sample.training.train_samples)
    return forecast;
  const double flops = training_over_forward * flops_per_mac * *sample.training.gflops_forward_per_sample *
                       1e9 * *sample.training.train_samples;
  forecast.epoch_time_s = flops / (sample.gpu.fp32_tflops * 1e12 * assumed_mfu * sample.gpu_count());
  forecast.epoch_energy_j = *forecast.power_w * *forecast.epoch_time_s;
  return forecast;
}

}  // namespace

const OfflineMethod flops_method{"flops", "3 x forward FLOPs / (FP32 peak x MFU 0.35) at the power limit",
                                 false, fit_formula<predict>, load_formula<predict>};

}  // namespace joulecast::estimate
