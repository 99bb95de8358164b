// joulecast hardware [NAME]: shows the catalogue's entry for a GPU or CPU, or the whole GPU table.
#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/machine/hardware_report.hpp"
#include "session/machine/look_up_hardware.hpp"

namespace joulecast::cli {
namespace {

struct HardwareOptions {
  session::HardwareRequest request;
  std::string json;
};

int run(const HardwareOptions& options) {
  const auto found = session::look_up_hardware(options.request);
  if (!found) return report_error(found.error());
  return report_result(
      options.json, [&] { return report::to_text(*found); }, [&] { return report::to_json_text(*found); });
}

std::function<int()> define_hardware(Arguments app) {
  auto options = std::make_shared<HardwareOptions>();
  app.add_option("NAME", options->request.name,
                 "GPU or CPU, as nvidia-smi, rocm-smi or /proc/cpuinfo call it");
  app.add_option("--gpu-file", options->request.gpu_file,
                 "JSON description of your own GPU (keys as in gpus.csv), added to the table");
  add_json_option(app, options->json);
  return [options] { return run(*options); };
}

}  // namespace

extern const Command hardware_command{"hardware", "What is known of a GPU or CPU, with source and date",
                                      "Predict", define_hardware};

}  // namespace joulecast::cli
