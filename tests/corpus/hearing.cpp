#include "corpus/hearing.hpp"

#include "corpus/recorded_log.hpp"
#include "progress/output_recogniser.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::corpus {

Hearing hear(const std::string& folder, const std::string& log) {
  constexpr Watts power{100};
  constexpr Seconds quiet{0.2};
  const SteadyTime start{1'000'000'000};
  const auto pieces = read_log(folder, log);
  Hearing hearing;
  hearing.duration = (pieces.empty() ? Seconds{0} : pieces.back().time) + Seconds{0.05};

  trace::RunCollector collector;
  collector.begin({});
  auto recogniser = progress::OutputRecogniser::create();
  measure::Training training(start, {}, collector);
  const auto update = [&](Seconds now) {
    training.update([&](Seconds t) { return t <= now ? std::optional{power * t} : std::nullopt; });
    if (training.projection() && !hearing.first_projection) hearing.first_projection = now / hearing.duration;
    if (!hearing.first_actionable && training.may_act()) hearing.first_actionable = now / hearing.duration;
    hearing.doubt = training.doubt();
  };
  Seconds before{0};
  for (const auto& piece : pieces) {
    if (piece.time - before >= quiet) {
      training.hear(recogniser->settle());
      update(before + quiet);
    }
    before = piece.time;
    training.hear(recogniser->feed(piece.bytes, start + piece.time));
    update(piece.time);
  }
  training.hear(recogniser->settle());
  training.finish(start + hearing.duration, [&](Seconds t) { return std::optional{power * t}; });
  hearing.at_once = training.came_at_once();
  (void)collector.end({});
  hearing.run = std::move(collector.runs().front());
  return hearing;
}

}  // namespace joulecast::corpus
