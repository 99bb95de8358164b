#include "estimate/offline/seen.hpp"

#include <algorithm>
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

std::optional<Novelty> novelty_from(std::string_view name) {
  const auto found = std::ranges::find(novelty_names, name);
  if (found == novelty_names.end()) return std::nullopt;
  return static_cast<Novelty>(found - novelty_names.begin());
}

std::string calibration_group(const Sample& sample, Novelty novelty) {
  switch (novelty) {
    case Novelty::repeat:
    case Novelty::near:
      return configuration_key(sample);
    case Novelty::pair:
      return sample.pair();
    case Novelty::new_gpu:
      return without_version(sample.source) + "\n" + sample.gpu.name;
    case Novelty::new_architecture:
      return without_version(sample.source) + "\n" + sample.training.architecture;
    case Novelty::new_both:
    case Novelty::new_source:
      break;
  }
  return without_version(sample.source);
}

Seen::Seen(std::span<const Sample> training) {
  for (const auto& sample : training) {
    configurations_.insert(configuration_key(sample));
    add(sample);
  }
}

Seen::Seen(std::span<const MeasuredGroup> training) {
  for (const auto& group : training) {
    Sample sample;
    sample.source = group.source;
    sample.training.framework = group.framework;
    sample.training.dataset = group.dataset;
    sample.training.architecture = group.architecture;
    sample.gpu.name = group.gpu;
    add(sample);
  }
}

void Seen::add(const Sample& sample) {
  pairs_.insert(sample.pair());
  workloads_.insert(sample.workload());
  hosts_.insert(sample.host());
  sources_.insert(without_version(sample.source));
  architectures_.insert(sample.training.architecture);
  families_.insert(family_of(sample));
  gpus_.insert(sample.gpu.name);
}

Novelty Seen::novelty(const Sample& sample) const {
  if (configurations_.contains(configuration_key(sample))) return Novelty::repeat;
  if (pairs_.contains(sample.pair())) return Novelty::near;
  const bool workload = workloads_.contains(sample.workload());
  const bool host = hosts_.contains(sample.host());
  if (workload) return host ? Novelty::pair : Novelty::new_gpu;
  // If the network has to be guessed, the row counts as new_both even on a known host. Of a step, a table's
  // columns or a language model's size tell enough.
  const bool known = sample.work || (sample.step && !sample.step->work.nominal);
  if (host && known) return Novelty::new_architecture;
  return sources_.contains(without_version(sample.source)) ? Novelty::new_both : Novelty::new_source;
}

std::string_view Seen::label(const Sample& sample) const {
  if (configurations_.contains(configuration_key(sample))) return "configuration";
  if (architectures_.contains(sample.training.architecture)) return "architecture";
  if (families_.contains(family_of(sample))) return "family";
  if (gpus_.contains(sample.gpu.name)) return "gpu";
  return sources_.contains(without_version(sample.source)) ? "source" : "none";
}

}  // namespace joulecast::estimate
