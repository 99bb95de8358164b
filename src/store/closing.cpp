#include "store/closing.hpp"

#include <algorithm>

#include "trace/work_parts.hpp"

namespace joulecast::store {

trace::RunStatus closed(trace::RunStatus status) {
  return status == trace::RunStatus::running ? trace::RunStatus::interrupted : status;
}

Seconds last_sign(const trace::Run& run) {
  auto last = run.span.begin;
  for (const auto& epoch : run.epochs) last = std::max(last, epoch.span.end);
  for (const auto& point : run.metrics) last = std::max(last, point.time);
  for (const auto& point : run.progress) last = std::max(last, point.time);
  for (const auto& window : run.windows) last = std::max(last, window.span.end);
  for (const auto& trace : run.traces)
    if (!trace.empty()) last = std::max(last, trace.span().end);
  return last;
}

std::vector<double> edges_of(const trace::Run& run) {
  std::vector<double> edges;
  const auto add = [&edges](trace::Span span) {
    edges.push_back(span.begin.value());
    edges.push_back(span.end.value());
  };
  add(run.span);
  for (const auto& epoch : run.epochs) add(epoch.span);
  for (const auto& phase : run.phases) add(phase.span);
  for (const auto& window : run.windows) add(window.span);
  for (const auto& part : trace::work_parts(run)) add(part.span);
  std::ranges::sort(edges);
  return edges;
}

Status check_traces(const std::string& where, const trace::Run& run) {
  for (const auto& trace : run.traces)
    if (const auto status = trace::check(trace); !status)
      return fail(ErrorKind::malformed, where, "run {}, channel {}: {}", run.info.id, trace.channel.name,
                  status.error().message);
  return {};
}

}  // namespace joulecast::store
