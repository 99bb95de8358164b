#include "run/probed.hpp"

namespace joulecast::run {

session::ProbedTraining probed_by(const MeasureResult& measured) {
  session::ProbedTraining probed;
  probed.run_id = measured.run_id;
  probed.store = measured.store;
  probed.exit_status = measured.exit_status;
  probed.energy = measured.energy;
  probed.duration = measured.duration;
  if (!measured.probe) return probed;
  const auto& [end, live, killed] = *measured.probe;
  probed.ended_by_itself = end == ProbeEnd::by_itself;
  probed.killed = killed;
  probed.projection = live.projection;
  probed.doubt = live.doubt;
  probed.phase = live.phase;
  probed.elapsed = live.elapsed;
  return probed;
}

}  // namespace joulecast::run
