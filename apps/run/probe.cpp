#include "run/probe.hpp"

namespace joulecast::run {
namespace {

/// How long after SIGKILL a process may take to be gone. One that waits for a broken disk stays for good.
constexpr Seconds kill_patience{3};

}  // namespace

std::optional<ProbeEnd> end_of_probe(const ProbeOptions& options, const measure::Live& live) {
  if (live.projection && live.projection->ready) return ProbeEnd::ready;
  if (live.elapsed >= options.at_most) return ProbeEnd::time_up;
  return std::nullopt;
}

std::optional<int> PoliteEnd::due(SteadyTime now, bool command_has_ended) {
  const auto passed = now - since_;
  if (passed >= grace_) return SIGKILL;
  if (asked_all_ || (!command_has_ended && passed < Seconds{grace_.value() / 3})) return std::nullopt;
  asked_all_ = true;
  return SIGTERM;
}

bool PoliteEnd::is_hopeless(SteadyTime now) const {
  return now - since_ >= grace_ + kill_patience;
}

}  // namespace joulecast::run
