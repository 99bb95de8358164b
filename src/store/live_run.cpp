#include "store/live_run.hpp"

#include <random>

#include "store/run_id.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::store {

trace::Run begun(const trace::Run& header, const Clock& clock) {
  auto run = trace::header_of(header);
  run.status = trace::RunStatus::running;
  if (!run.started) run.started = clock.wall();
  run.info.id = make_run_id(*run.started, std::random_device{}());
  return run;
}

}  // namespace joulecast::store
