#include "estimate/offline/seen.hpp"

#include <array>

namespace joulecast::estimate {
namespace {

constexpr std::array<std::string_view, 7> novelty_names{
    "repeat", "near", "pair", "new-gpu", "new-architecture", "new-both", "new-source"};

std::string configuration_key(const Sample& sample) {
  return sample.source + "\n" + sample.configuration;
}

}  // namespace

std::string_view name_of(Novelty novelty) {
  return novelty_names[static_cast<std::size_t>(novelty)];
}

std::string_view describe(Novelty novelty) {
  switch (novelty) {
    case Novelty::repeat:
      return "this very configuration";
    case Novelty::near:
      return "this training on this machine, at another batch size or power limit";
    case Novelty::pair:
      return "this training, and this machine, but not together";
    case Novelty::new_gpu:
      return "this training, on other GPUs";
    case Novelty::new_architecture:
      return "other networks on this machine";
    case Novelty::new_both:
      return "other networks on other GPUs, with the same software";
    case Novelty::new_source:
      break;
  }
  return "no run of this software and machine (--like NAME says that it is like one of the sources)";
}

std::string calibration_group(const Sample& sample, Novelty novelty) {
  switch (novelty) {
    case Novelty::repeat:
    case Novelty::near:
      return configuration_key(sample);
    case Novelty::pair:
      return sample.pair();
    case Novelty::new_gpu:
      return sample.source + "\n" + sample.gpu.name;
    case Novelty::new_architecture:
      return sample.source + "\n" + sample.architecture;
    case Novelty::new_both:
    case Novelty::new_source:
      break;
  }
  return sample.source;
}

Seen::Seen(std::span<const Sample> training) {
  for (const auto& sample : training) {
    configurations_.insert(configuration_key(sample));
    pairs_.insert(sample.pair());
    workloads_.insert(sample.workload());
    hosts_.insert(sample.host());
    sources_.insert(sample.source);
    architectures_.insert(sample.architecture);
    gpus_.insert(sample.gpu.name);
  }
}

Novelty Seen::novelty(const Sample& sample) const {
  if (configurations_.contains(configuration_key(sample))) return Novelty::repeat;
  if (pairs_.contains(sample.pair())) return Novelty::near;
  const bool workload = workloads_.contains(sample.workload());
  const bool host = hosts_.contains(sample.host());
  if (workload) return host ? Novelty::pair : Novelty::new_gpu;
  // A network that has to be guessed is further away than its machine.
  if (host && sample.work) return Novelty::new_architecture;
  return sources_.contains(sample.source) ? Novelty::new_both : Novelty::new_source;
}

std::string_view Seen::label(const Sample& sample) const {
  if (configurations_.contains(configuration_key(sample))) return "configuration";
  if (architectures_.contains(sample.architecture)) return "architecture";
  return gpus_.contains(sample.gpu.name) ? "gpu" : "none";
}

}  // namespace joulecast::estimate
