// joulecast sensors: shows what can be measured here, with the current value of each channel.
#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/machine/sensors_report.hpp"
#include "session/machine/inspect_sensors.hpp"

namespace joulecast::cli {
namespace {

struct SensorsOptions {
  session::SensorsRequest request;
  std::string json;
};

int run(const SensorsOptions& options) {
  const auto now = session::inspect_sensors(options.request);
  if (!now) return report_error(now.error());
  return report_result(
      options.json, [&] { return report::to_text(*now); }, [&] { return report::to_json_text(*now); });
}

std::function<int()> define_sensors(Arguments app) {
  auto options = std::make_shared<SensorsOptions>();
  app.add_option("--sensor", options->request.sensors, "Only these sensors").type_name("NAME");
  app.add_option("--gpu", options->request.gpus, "Only these GPUs, by index or UUID").type_name("GPU");
  add_json_option(app, options->json);
  return [options] { return run(*options); };
}

}  // namespace

extern const Command sensors_command{"sensors", "What can be measured on this machine", "Measure",
                                     define_sensors};

}  // namespace joulecast::cli
