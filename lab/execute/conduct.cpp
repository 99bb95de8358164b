#include "lab/execute/conduct.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "session/reporting/throttling.hpp"
#include "trace/integrate.hpp"

namespace joulecast::lab {
namespace {

/// Below this share of the time, throttling changes no figure that anybody compares.
constexpr double worth_telling = 0.01;
/// A mean clock that differs by more than this share from that of the cell's other runs.
constexpr double other_clock = 0.02;

void raise(std::optional<double>& worst, double share) {
  worst = std::max(worst.value_or(0), share);
}

/// Mean of a quantity over time and GPUs.
std::optional<double> gpu_mean(const trace::Run& run, trace::Quantity quantity) {
  double sum = 0;
  int count = 0;
  for (const auto& trace : run.traces) {
    if (trace.channel.component != trace::Component::gpu || trace.channel.quantity != quantity) continue;
    const auto mean = trace::time_mean(trace, run.span);
    if (!mean) continue;
    sum += *mean;
    ++count;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

}  // namespace

Conduct conduct_of(const trace::Run& run) {
  Conduct conduct;
  constexpr Seconds apart{1};
  for (const auto& told : session::throttling_of(run, run.span, apart)) {
    if (!(told.observed > Seconds{0})) continue;
    const bool by_power = told.reason == trace::Quantity::throttled_by_power;
    raise(by_power ? conduct.throttled_by_power : conduct.throttled_by_heat, told.time / told.observed);
  }
  conduct.gpu_clock_hz = gpu_mean(run, trace::Quantity::frequency);
  conduct.gpu_temperature = gpu_mean(run, trace::Quantity::temperature);
  return conduct;
}

std::vector<std::string> flags_of(const Conduct& conduct, std::optional<double> usual_clock_hz) {
  std::vector<std::string> flags;
  const auto throttled = [&](const std::optional<double>& share, const char* by) {
    if (share && *share >= worth_telling)
      flags.push_back(fmt::format("throttled by {} for {:.0f} % of the time", by, 100 * *share));
  };
  throttled(conduct.throttled_by_heat, "heat");
  throttled(conduct.throttled_by_power, "its power limit");
  if (!usual_clock_hz || !conduct.gpu_clock_hz || !(*usual_clock_hz > 0)) return flags;
  const double change = *conduct.gpu_clock_hz / *usual_clock_hz - 1;
  if (std::abs(change) > other_clock)
    flags.push_back(fmt::format("clocks {:+.1f} % from the cell's other runs", 100 * change));
  return flags;
}

}  // namespace joulecast::lab
