// Figures of GPUs and CPUs from dated tables (data/hardware), found by the names that drivers report. Nothing
// is assumed: a figure that the table lacks is absent, and an unknown name is an error with the nearest
// names.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace joulecast::hardware {

struct Gpu {
  std::string name;
  std::string vendor;        ///< "NVIDIA", "AMD", "Intel"; empty if the user gave none
  std::string architecture;  ///< "Ampere"; likewise
  Watts power_limit;         ///< TDP or board power
  double memory_gb = 0;
  double bandwidth_gb_s = 0;           ///< device memory, peak
  double fp32_tflops = 0;              ///< peak, without tensor cores
  std::optional<double> fp16_tflops;   ///< peak of dense FP16 products, accumulated in FP32 on tensor cores
  std::optional<double> tf32_tflops;   ///< peak of dense TF32 matrix products, if the GPU has them
  std::optional<int> multiprocessors;  ///< streaming multiprocessors or compute units
  std::optional<int> cores;            ///< CUDA cores or stream processors
  std::optional<double> boost_mhz;
  std::optional<Watts> idle_power;
  std::vector<std::string> aliases;  ///< other names that drivers and datasheets use
  std::string source;                ///< of the figures
  std::string date;                  ///< when they were taken: "2026-08"
};

struct Cpu {
  std::string name;
  Watts tdp;
  std::string source;
  std::string date;
};

class Catalogue {
 public:
  /// Reads gpus.csv and cpus.csv of a folder; malformed names file:line.
  [[nodiscard]] static Result<Catalogue> read(const std::filesystem::path& folder);
  /// CPUs alone, and only those whose line holds the longest number in `name` ("1950" of "… 1950X …"):
  /// finding one CPU among them costs a hundredth of reading the catalogue.
  [[nodiscard]] static Result<Catalogue> read_cpus_like(const std::filesystem::path& folder,
                                                        std::string_view name);

  /// Finds a board by the name that nvidia-smi, NVML, ROCm or a user gives: "NVIDIA GeForce RTX 3090",
  /// "rtx3090". A MIG instance or a virtual GPU is a share of its board (gpu_parts.hpp). invalid, with the
  /// nearest names, if it is unknown or could be several boards ("A100").
  [[nodiscard]] Result<Gpu> find_gpu(std::string_view name) const;
  /// The boards whose names begin with these words: "A100" is five of them.
  [[nodiscard]] std::vector<Gpu> gpus_called(std::string_view name) const;
  /// Finds a CPU by the model name in /proc/cpuinfo: "AMD Ryzen Threadripper 1950X 16-Core Processor".
  /// invalid, with names, if it is unknown or fits several CPUs that differ in TDP.
  [[nodiscard]] Result<Cpu> find_cpu(std::string_view name) const;

  [[nodiscard]] const std::vector<Gpu>& gpus() const { return gpus_; }
  [[nodiscard]] const std::vector<Cpu>& cpus() const { return cpus_; }
  /// Adds a board, or replaces the one with the same name.
  void add(Gpu gpu);

 private:
  void take_cpus(std::vector<Cpu> cpus);
  std::vector<Gpu> gpus_;
  std::vector<Cpu> cpus_;
  std::unordered_multimap<std::string, std::size_t> cpu_index_;  ///< normalised name -> cpus_
};

/// The tables that come with joulecast (share_directory()/hardware), read once.
[[nodiscard]] const Result<Catalogue>& catalogue();
[[nodiscard]] Result<Gpu> find_gpu(std::string_view name);
[[nodiscard]] Result<Cpu> find_cpu(std::string_view name);
/// The same, reading only the lines of CPUs with a similar name: for commands that must start quickly.
[[nodiscard]] Result<Cpu> find_cpu_alone(std::string_view name);

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A board that the user describes. Keys are those of gpus.csv: name, tdp_w, memory_gb, memory_bandwidth_gb_s
/// and fp32_tflops are needed, the rest is optional. invalid for an unknown key, an absent one, or an
/// impossible figure.
[[nodiscard]] Result<Gpu> gpu_from_fields(const Fields& fields, const std::string& where);
/// "name=My GPU,tdp_w=200,memory_gb=16,memory_bandwidth_gb_s=448,fp32_tflops=15"
[[nodiscard]] Result<Gpu> gpu_from_text(std::string_view text);
/// A JSON object, or an array of them, with the same keys.
[[nodiscard]] Result<std::vector<Gpu>> read_gpu_file(const std::filesystem::path& file);
/// Writes the required keys of one board, for read_gpu_file().
[[nodiscard]] Status write_gpu_file(const Gpu& gpu, const std::filesystem::path& file);
/// A name of the catalogue, the path of a JSON file that describes one board, or "key=value,…".
[[nodiscard]] Result<Gpu> resolve_gpu(std::string_view name_file_or_fields);

/// The form in which names are compared: lower case, without trademarks, vendor and marketing words, and
/// punctuation.
[[nodiscard]] std::string normalised_gpu_name(std::string_view name);
[[nodiscard]] std::string normalised_cpu_name(std::string_view name);

}  // namespace joulecast::hardware
