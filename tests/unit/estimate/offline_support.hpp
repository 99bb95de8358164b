// Synthetic measurements that follow a known law, for the tests of the offline methods.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "estimate/offline/sample.hpp"

namespace joulecast::estimate::testing {

inline hardware::Gpu made_gpu(const std::string& name, double tflops, double bandwidth, double watts) {
  hardware::Gpu gpu;
  gpu.name = name;
  gpu.power_limit = Watts{watts};
  gpu.memory_gb = 16;
  gpu.bandwidth_gb_s = bandwidth;
  gpu.fp32_tflops = tflops;
  gpu.cores = 4000;
  return gpu;
}

/// A network of plain convolutions; its work grows with `size`.
inline NetworkWork made_work(double size) {
  NetworkWork work;
  work.terms[static_cast<std::size_t>(Term::convolution_flops)] = 2e9 * size;
  work.terms[static_cast<std::size_t>(Term::convolution_bytes)] = 2e7 * size;
  work.terms[static_cast<std::size_t>(Term::elementwise_bytes)] = 4e7 * size;
  work.kernels = 100;
  work.weight_bytes = 1e8;
  work.parameters = 2.5e7;
  work.gmacs = size;
  return work;
}

inline Sample made_sample(const std::string& architecture, double size, const hardware::Gpu& gpu,
                          double batch) {
  Sample sample;
  sample.source = "made";
  sample.training.framework = "pytorch";
  sample.training.dataset = "images";
  sample.training.architecture = architecture;
  sample.gpu = gpu;
  sample.training.gpu_power_limit_w = gpu.power_limit.value();
  sample.training.batch_size = batch;
  sample.work = made_work(size);
  sample.training.gflops_forward_per_sample = size;
  sample.training.train_samples = 50000;
  sample.training.validation_samples = 0;
  sample.configuration = architecture + "/" + gpu.name + "/" + std::to_string(batch);
  return sample;
}

/// Twelve networks on three GPUs at three batch sizes. Time is work over a quarter of the peak rate plus 20
/// ms per step. Power rises with the share of the time that is work. No method has this law built in.
inline std::vector<Sample> made_samples() {
  const std::vector<hardware::Gpu> gpus{made_gpu("One", 10, 400, 200), made_gpu("Two", 20, 600, 250),
                                        made_gpu("Three", 35, 900, 350)};
  std::vector<Sample> samples;
  for (int network = 0; network < 12; ++network)
    for (const auto& gpu : gpus)
      for (const double batch : {16.0, 32.0, 64.0}) {
        const double size = 0.5 * std::pow(1.3, network);
        auto sample = made_sample("net" + std::to_string(network), size, gpu, batch);
        const double work = 6e9 * size * batch / (gpu.fp32_tflops * 1e12 * 0.25);
        const double step = work + 0.02;
        const double power = gpu.power_limit.value() * (0.25 + 0.6 * work / step);
        const double time = 50000 / batch * step;
        sample.measured = {power, time, power * time};
        samples.push_back(sample);
      }
  return samples;
}

}  // namespace joulecast::estimate::testing
