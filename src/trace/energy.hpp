// Energy of a run by component. Nothing is counted twice, and missing parts are named.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trace/integrate.hpp"
#include "trace/run.hpp"

namespace joulecast::trace {

struct ComponentEnergy {
  Component component = Component::other;
  std::string device;  ///< "0", a UUID, "" where the component has only one
  std::string node;
  std::string channel;           ///< the channel that the figure was taken from
  std::optional<Joules> energy;  ///< nothing if provenance is missing
  Provenance provenance = Provenance::measured;
  double coverage = 0;              ///< share of the span with readings
  Seconds counted{0};               ///< the time whose energy this is: with readings, or in a short gap
  Seconds not_measured{0};          ///< the rest of the span, of which nothing is counted
  double relative_uncertainty = 0;  ///< as Channel's, and all that was guessed in short gaps; 0 = not stated
  bool in_total = true;             ///< false if another row's figure already contains this one
};

struct RunEnergy {
  /// node, gpu, cpu, dram, other; by node and device within each. Then what is missing.
  std::vector<ComponentEnergy> components;
  std::optional<Joules> total;                  ///< sum of the rows in_total; nothing if no row has a figure
  Provenance provenance = Provenance::missing;  ///< of the worst row in the total
  double coverage = 0;                          ///< time coverage, weighted by energy
  double relative_uncertainty = 0;              ///< of what was measured
  std::optional<Watts>
      mean_power;  ///< sum of the mean powers of the rows in_total, each while it was counted
  /// The longest time of which a row in_total counts nothing, so that the total is only that of the rest.
  /// Nothing if it is below a second or a hundredth of the span, which a first and a last reading always
  /// lack.
  std::optional<Seconds> not_measured;
  /// Components, or single devices ("gpu GPU-5f3a"), whose energy is not known and not in the total.
  std::vector<std::string> missing;
};

/// Rules: short gaps are bridged and long ones are not counted (integrate.hpp); for each device, a counter is
/// taken before a power gauge, and measured before modelled; a channel contained in another that has a figure
/// is shown but not added; a whole-machine meter (node) is the total of its node, and everything else on that
/// node is shown but not added. A device whose channel gave no reading, or never moved, has a row that is
/// missing.
[[nodiscard]] RunEnergy energy_of(const Run& run, Span span, IntegrationOptions options = {});
[[nodiscard]] RunEnergy energy_of(const Run& run);

/// Total energy of each of several spans, by the channels that make up the whole run's total, so that the
/// parts of a run add up to it. Nothing for a span that no trace covers. Linear in the readings that the
/// spans hold.
[[nodiscard]] std::vector<std::optional<Joules>> span_energies(const Run& run, std::span<const Span> spans,
                                                               IntegrationOptions options = {});

/// Total energy of each of the run's epochs: from the traces, or as recorded where there is no trace.
/// Nothing for an epoch that no trace covers.
[[nodiscard]] std::vector<std::optional<Joules>> epoch_energies(const Run& run,
                                                                IntegrationOptions options = {});

/// The same for the run's phases.
[[nodiscard]] std::vector<std::optional<Joules>> phase_energies(const Run& run,
                                                                IntegrationOptions options = {});

/// The run's total energy as one counter trace from the run's start, exact at the union of its channels'
/// times: the sum over every channel in the total. Nodes with different clocks and rates are joined by
/// interpolation; where one of them has no reading the result has a gap. unavailable where the run has no
/// energy or power channel.
[[nodiscard]] Result<Trace> total_energy(const Run& run, IntegrationOptions options = {});

/// The same as power: the gauge itself where the total is one gauge, else the mean power of each step of
/// total_energy, stamped at the step's end.
[[nodiscard]] Result<Trace> total_power(const Run& run, IntegrationOptions options = {});

}  // namespace joulecast::trace
