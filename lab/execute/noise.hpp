// What else a machine does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/roots.hpp"
#include "lab/campaign/records.hpp"

namespace joulecast::lab {

/// Counters of the kernel at one moment. Nothing = this kernel does not tell.
struct NoiseCounters {
  std::optional<double> load;  ///< mean of one minute
  std::optional<double>
      recent_pressure;            ///< share of the last ten seconds in which somebody waited for a CPU
  std::optional<Seconds> waited;  ///< the same as a sum since the start of the machine
  std::optional<Seconds> busy;    ///< of all CPUs
  Seconds children{0};            ///< CPU time of this process's ended children
  std::optional<std::uint64_t> oom_kills;  ///< processes that the kernel killed for lack of memory
};

[[nodiscard]] NoiseCounters read_noise(const Roots& roots);

/// What others did between two moments. `load` is that before.
[[nodiscard]] Noise noise_between(const NoiseCounters& before, const NoiseCounters& after, Seconds elapsed);

/// Why the machine is too busy for a measurement, a phrase each; empty if it is not.
[[nodiscard]] std::vector<std::string> why_busy(const NoiseCounters& now, const Quiet& quiet, int cpus,
                                                std::optional<int> gpu_processes);

/// Processes that carry out a campaign on this machine, beside this one.
[[nodiscard]] std::vector<int> other_campaigns(const Roots& roots);

/// How many processes compute on GPUs, of all or of some (by index or UUID); nothing without nvidia-smi.
[[nodiscard]] std::optional<int> count_gpu_processes(const std::vector<std::string>& gpus);

}  // namespace joulecast::lab
