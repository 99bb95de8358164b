#include "run/run_command.hpp"

#include "base/text.hpp"
#include "base/wake_up.hpp"
#include "progress/output_recogniser.hpp"
#include "run/command_run.hpp"

namespace joulecast::run {
namespace {

constexpr Seconds longest_baseline{86400};

}  // namespace

Result<MeasureResult> measure(const MeasureOptions& options, sensors::Environment environment) {
  auto recogniser = progress::OutputRecogniser::create(
      {.epoch_regex = options.epoch_regex, .step_regex = options.step_regex});
  if (!recogniser) return propagate(recogniser.error());
  if (options.command.empty())
    return fail(ErrorKind::invalid, "run", "there is no command: joulecast run -- COMMAND");
  if (options.idle_baseline > longest_baseline)
    return fail_field("idle_baseline", "{} is longer than {}", to_text(*options.idle_baseline),
                      to_text(longest_baseline));
  auto wake_up = WakeUp::create();
  if (!wake_up) return propagate(wake_up.error());
  CommandRun run(options, std::move(*recogniser), std::move(*wake_up));
  if (const auto ready = run.prepare(std::move(environment)); !ready) return propagate(ready.error());
  return run.run();
}

}  // namespace joulecast::run
