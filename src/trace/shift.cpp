#include "trace/shift.hpp"

namespace joulecast::trace {

Span shifted(Span span, Seconds by) {
  return {span.begin + by, span.end + by};
}

void shift(Run& run, Seconds by) {
  run.span = shifted(run.span, by);
  for (auto& trace : run.traces) {
    for (auto& time : trace.times) time += by.value();
    for (auto& gap : trace.gaps) gap = shifted(gap, by);
  }
  for (auto& epoch : run.epochs) epoch.span = shifted(epoch.span, by);
  for (auto& phase : run.phases) phase.span = shifted(phase.span, by);
  for (auto& point : run.progress) point.time += by;
  for (auto& window : run.windows) window.span = shifted(window.span, by);
  for (auto& point : run.metrics) point.time += by;
  for (auto& projection : run.projections) projection.time += by;
}

}  // namespace joulecast::trace
