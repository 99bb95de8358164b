// Arbitrary output of a training, or messages on its socket, from their bytes to the projection. The first
// byte says which, and in how large pieces they arrive.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "measure/training.hpp"
#include "progress/output_recogniser.hpp"
#include "progress/protocol.hpp"
#include "trace/run_collector.hpp"

namespace {

using namespace joulecast;

void require(bool holds, int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "training_output_fuzz.cpp:%d does not hold\n", line);
  std::abort();
}

/// What must hold whatever a training says.
void check(const trace::Run& run) {
  for (const auto& epoch : run.epochs) {
    require(epoch.span.begin <= epoch.span.end);
    require(epoch.phase < run.phases.size());
  }
  for (const auto& phase : run.phases) {
    require(phase.span.begin <= phase.span.end);
    require(phase.work >= 0 && (!phase.total_work || *phase.total_work >= phase.work));
  }
  for (std::size_t i = 1; i < run.progress.size(); ++i) {
    const auto &before = run.progress[i - 1], &now = run.progress[i];
    require(now.phase > before.phase || (now.time >= before.time && now.work >= before.work));
  }
  for (const auto& projection : run.projections) require(projection.share >= 0 && projection.share <= 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool socket = (data[0] & 1) != 0;
  const std::size_t piece = 1 + (data[0] >> 1);
  trace::RunCollector collector;
  collector.begin({});
  measure::Training training(SteadyTime{}, {}, collector);
  auto recogniser = progress::OutputRecogniser::create();
  const auto energy = [](Seconds t) { return std::optional{Joules{100 * t.value()}}; };
  SteadyTime now{};
  while (!bytes.empty()) {
    now = now + Seconds{0.125};
    const auto part = bytes.substr(0, socket ? bytes.find('\n') : piece);
    bytes.remove_prefix(std::min(bytes.size(), part.size() + (socket ? 1 : 0)));
    if (!socket)
      training.hear(recogniser->feed(part, now));
    else if (auto events = progress::parse_message(part, now))
      training.hear(std::move(*events));
    training.update(energy);
  }
  training.hear(recogniser->settle());
  training.finish(now + Seconds{1}, energy);
  (void)collector.end({});
  check(collector.runs().front());
  return 0;
}
