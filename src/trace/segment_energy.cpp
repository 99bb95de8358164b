#include "trace/segment_energy.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace joulecast::trace {
namespace {

/// Mean of two shares by the weights that they have.
double blend(double a, double weight_a, double b, double weight_b) {
  return weight_a + weight_b > 0 ? (a * weight_a + b * weight_b) / (weight_a + weight_b) : a;
}

/// Adds the figures of the segments.
class Sum {
 public:
  void add(const RunEnergy& part, Seconds length) {
    for (const auto& row : part.components) add_row(row, length);
    for (const auto& name : part.missing)
      if (std::ranges::find(sum_.missing, name) == sum_.missing.end()) sum_.missing.push_back(name);
    if (!part.total) {
      not_measured_ += length;
      return;
    }
    const double before = sum_.total.value_or(Joules{0}).value();
    const double now = part.total->value();
    sum_.coverage = blend(sum_.coverage, before, part.coverage, now);
    sum_.relative_uncertainty = blend(sum_.relative_uncertainty, before, part.relative_uncertainty, now);
    sum_.provenance = sum_.total ? worst(sum_.provenance, part.provenance) : part.provenance;
    sum_.total = Joules{before + now};
    not_measured_ += part.not_measured.value_or(Seconds{0});
    if (!part.mean_power) return;
    powered_ += length;
    energy_at_power_ += *part.mean_power * length;
  }

  [[nodiscard]] RunEnergy take() {
    if (powered_ > Seconds{0}) sum_.mean_power = energy_at_power_ / powered_;
    if (sum_.total && not_measured_ > Seconds{0}) sum_.not_measured = not_measured_;
    return std::move(sum_);
  }

 private:
  void add_row(const ComponentEnergy& row, Seconds length) {
    const auto key = std::tuple(row.node, row.component, row.device, row.in_total || !row.energy);
    const auto [place, fresh] = places_.try_emplace(key, sum_.components.size());
    if (fresh) {
      sum_.components.push_back(row);
      lengths_.push_back(length);
      return;
    }
    auto& known = sum_.components[place->second];
    auto& known_length = lengths_[place->second];
    const auto energy = [](const ComponentEnergy& of) { return of.energy.value_or(Joules{0}).value(); };
    known.relative_uncertainty =
        blend(known.relative_uncertainty, energy(known), row.relative_uncertainty, energy(row));
    known.coverage = blend(known.coverage, known_length.value(), row.coverage, length.value());
    known.counted += row.counted;
    known.not_measured += row.not_measured;
    known_length += length;
    if (!row.energy) return;
    known.provenance = known.energy ? worst(known.provenance, row.provenance) : row.provenance;
    known.in_total = row.in_total;
    known.energy = Joules{energy(known) + energy(row)};
  }

  RunEnergy sum_;
  std::map<std::tuple<std::string, Component, std::string, bool>, std::size_t> places_;
  std::vector<Seconds> lengths_;  ///< of the segments that a row was added from
  Seconds not_measured_{0}, powered_{0};
  Joules energy_at_power_{0};
};

}  // namespace

RunEnergy energy_of_segments(const Run& run, Span span, IntegrationOptions options) {
  Sum sum;
  for (const auto& segment : run.info.segments) {
    const auto part = intersect(segment.span, span);
    if (part.length() > Seconds{0})
      sum.add(energy_of(segment_of(run, segment), part, options), part.length());
  }
  return sum.take();
}

std::vector<std::optional<Joules>> span_energies_of_segments(const Run& run, std::span<const Span> spans,
                                                             IntegrationOptions options) {
  std::vector<std::optional<Joules>> sums(spans.size());
  for (const auto& segment : run.info.segments) {
    std::vector<Span> parts;
    for (const auto& span : spans) parts.push_back(intersect(span, segment.span));
    const auto energies = span_energies(segment_of(run, segment), parts, options);
    for (std::size_t i = 0; i < sums.size(); ++i)
      if (energies[i]) sums[i] = sums[i].value_or(Joules{0}) + *energies[i];
  }
  return sums;
}

Result<Trace> total_energy_of_segments(const Run& run, IntegrationOptions options) {
  Trace sum;
  std::optional<Error> failure;
  for (const auto& segment : run.info.segments) {
    const auto part = total_energy(segment_of(run, segment), options);
    if (!part) {
      failure = part.error();
      continue;
    }
    if (part->empty()) continue;
    if (sum.empty()) {
      sum = *part;
      continue;
    }
    const double base = sum.values.back() - part->values.front();
    sum.gaps.push_back({Seconds{sum.times.back()}, Seconds{part->times.front()}});
    sum.gaps.insert(sum.gaps.end(), part->gaps.begin(), part->gaps.end());
    sum.times.insert(sum.times.end(), part->times.begin(), part->times.end());
    for (const double value : part->values) sum.values.push_back(base + value);
    sum.channel.provenance = worst(sum.channel.provenance, part->channel.provenance);
  }
  if (sum.empty() && failure) return propagate(*failure);
  return sum;
}

}  // namespace joulecast::trace
