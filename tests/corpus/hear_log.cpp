// hear_log FOLDER [output.log]: every event that is heard in a recorded log, a line each, and what they make
// up together. For writing formats.
#include <fmt/format.h>

#include <set>

#include "corpus/hearing.hpp"
#include "corpus/recorded_log.hpp"
#include "progress/output_recogniser.hpp"

namespace {

using namespace joulecast;
using namespace joulecast::progress;

constexpr const char* kinds[] = {"prepare",      "run_begin",   "announce",  "phase_begin",  "phase_end",
                                 "round_begin",  "epoch_begin", "epoch_end", "progress",     "metric",
                                 "window_begin", "window_end",  "run_end",   "may_end_early"};
constexpr const char* evidences[] = {"guessed", "stated", "told"};

void print(const Event& event, SteadyTime start) {
  fmt::print("{:9.3f} {:7} {:12}", (event.time - start).value(), evidences[static_cast<int>(event.evidence)],
             kinds[static_cast<int>(event.kind)]);
  if (event.epoch) fmt::print(" epoch {}", *event.epoch);
  if (event.total_epochs) fmt::print(" of {} epochs", *event.total_epochs);
  if (event.work) fmt::print(" work {}", *event.work);
  if (event.total_work) fmt::print(" of {}", *event.total_work);
  if (event.unit) fmt::print(" {}", name_of(*event.unit));
  if (event.scope == Scope::epoch) fmt::print(" (of an epoch)");
  if (!event.name.empty()) fmt::print(" {}", event.name);
  if (event.kind == EventKind::metric) fmt::print(" = {}", event.value);
  fmt::print("\n");
}

void print_sum(const corpus::Hearing& hearing) {
  for (std::size_t i = 0; i < hearing.run.phases.size(); ++i) {
    const auto& phase = hearing.run.phases[i];
    fmt::print("phase '{}' {:.3g}-{:.3g}: {} {}", phase.name, phase.span.begin.value(),
               phase.span.end.value(), phase.work, phase.unit);
    if (phase.total_work) fmt::print(" of {}", *phase.total_work);
    fmt::print("; epochs");
    for (const auto& epoch : hearing.run.epochs)
      if (epoch.phase == i)
        fmt::print(" {}@{:.3g}-{:.3g}", epoch.index, epoch.span.begin.value(), epoch.span.end.value());
    fmt::print("\n");
  }
  std::set<std::string> metrics;
  for (const auto& point : hearing.run.metrics) metrics.insert(point.name);
  fmt::print("metrics {}\n", fmt::join(metrics, " "));
  for (const auto& projection : hearing.run.projections)
    fmt::print("projection at {:.3g}, {:.0f} %: {:.2f} of what was used{}{}\n", projection.time.value(),
               100 * projection.share, projection.total.value() / (100 * hearing.duration.value()),
               projection.ready ? ", ready" : "", projection.withdrawn ? ", withdrawn" : "");
  if (hearing.first_actionable)
    fmt::print("a limit could act from {:.0f} % on\n", 100 * *hearing.first_actionable);
  if (hearing.doubt != trace::ForecastDoubt::none)
    fmt::print("in doubt: {}\n", trace::reason_of(hearing.doubt));
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const std::string log = count > 2 ? arguments[2] : "output.log";
  const SteadyTime start{1'000'000'000};
  auto recogniser = OutputRecogniser::create();
  Seconds quiet_since{0};
  const auto show = [&](const std::vector<Event>& events) {
    for (const auto& event : events) print(event, start);
  };
  for (const auto& piece : corpus::read_log(arguments[1], log)) {
    if (piece.time - quiet_since >= Seconds{0.2}) show(recogniser->settle());
    quiet_since = piece.time;
    show(recogniser->feed(piece.bytes, start + piece.time));
  }
  show(recogniser->settle());
  print_sum(corpus::hear(arguments[1], log));
}
