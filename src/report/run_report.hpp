// What a stored run cost: every figure that its text and its JSON show, computed once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/intensity.hpp"
#include "trace/energy.hpp"
#include "trace/run.hpp"

namespace joulecast::report {

/// Gross energy divided by what the machine would have used idle. Net may be negative: it is not made
/// prettier.
struct IdleSplit {
  Watts power{0};
  Joules baseline{0};  ///< idle power x duration
  Joules net{0};       ///< gross - baseline
};

/// Mean of a gauge over the run: utilisation, memory, temperature, clock.
struct GaugeMean {
  trace::Component component = trace::Component::other;
  std::string device;
  std::string node;
  trace::Quantity quantity = trace::Quantity::utilisation;
  double mean = 0;  ///< in the quantity's base unit
};

struct RunReport {
  trace::Run run;
  trace::RunEnergy energy;
  std::optional<Watts> mean_power;  ///< total over the covered part of the run
  std::vector<std::optional<Joules>> epoch_energy;
  std::optional<IdleSplit> idle;
  std::vector<GaugeMean> means;
  carbon::Estimate carbon;
};

/// What was said of the place when the run began.
[[nodiscard]] Place request_of(const Place& place);

/// `run` may be whole or a summary (store::Store::load_summary).
[[nodiscard]] RunReport make_run_report(trace::Run run, const Place& place,
                                        const Result<carbon::IntensityTable>& table);

/// A projection's error in percent of the run's total; nothing before the run has ended or without a total.
[[nodiscard]] std::optional<double> projection_error(const RunReport& report,
                                                     const trace::Projection& projection);

}  // namespace joulecast::report
