#include <algorithm>

#include "store/run_import.hpp"
#include "store/samples.hpp"

namespace joulecast::store {
namespace {

Status check_run(const trace::Run& run) {
  for (const auto& trace : run.traces)
    if (const auto status = trace::check(trace); !status)
      return fail(ErrorKind::malformed, run.info.id, "channel {}: {}", trace.channel.name,
                  status.error().message);
  return {};
}

/// A chunk of each trace in turn, so that channels that were read together share their times.
void append_traces(RunImport& import, const std::vector<trace::Trace>& traces) {
  std::size_t longest = 0;
  for (const auto& trace : traces) longest = std::max(longest, trace.size());
  for (std::size_t begin = 0; begin < longest; begin += chunk_length) {
    for (std::size_t i = 0; i < traces.size(); ++i) {
      if (begin >= traces[i].size()) continue;
      const auto length = std::min(chunk_length, traces[i].size() - begin);
      import.append(i, std::span(traces[i].times).subspan(begin, length),
                    std::span(traces[i].values).subspan(begin, length));
    }
  }
}

}  // namespace

Result<std::string> Store::import_run(const trace::Run& run) {
  if (auto status = check_run(run); !status) return propagate(status.error());
  RunImport import(*this);
  if (auto status = import.begin(run); !status) return propagate(status.error());
  for (const auto& trace : run.traces) import.channel(trace.channel);
  append_traces(import, run.traces);
  for (std::size_t i = 0; i < run.traces.size(); ++i)
    for (const auto& gap : run.traces[i].gaps) import.gap(i, gap);
  for (const auto& epoch : run.epochs) import.epoch(epoch);
  for (const auto& point : run.metrics) import.metric(point);
  return import.finish(run);
}

}  // namespace joulecast::store
