// joulecast calibrate: adapts the model to the user's machine with a minute of micro-workloads and a few
// short runs.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/forecast/calibration_report.hpp"
#include "report/machine/board_calibration_report.hpp"
#include "run/run_command.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::cli {
namespace {

struct CalibrateOptions {
  session::CalibrationRequest request;
  session::BoardCalibrationRequest board;
  double seconds = 8;
  std::string store, json;
  /// Set if this process is one of the micro-workloads.
  std::string workload, workload_output;
};

/// Runs this process as one micro-workload.
int run_workload(const CalibrateOptions& options) {
  const auto did =
      session::run_micro_into(options.workload_output, options.workload, Seconds{options.seconds});
  return did ? done : report_error(did.error());
}

/// The command that runs this program as a micro-workload of the processor.
std::vector<std::string> workload_command() {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  return {self,        "calibrate", "--workload",        "{workload}",
          "--seconds", "{seconds}", "--workload-output", "{output}"};
}

Result<session::MeasuredCommand> measure(const session::CommandToMeasure& what) {
  run::MeasureOptions options;
  options.command = what.command;
  options.interval = what.interval;
  options.store = what.store;
  options.quiet = true;
  const auto environment = sensors::real_environment();
  auto usage = sensors::CpuUsage::open(environment);
  auto measured = run::measure(options, environment);
  if (!measured) return propagate(measured.error());
  std::optional<double> utilisation;
  if (usage)
    if (const auto share = usage->utilisation()) utilisation = *share;
  return session::MeasuredCommand{measured->exit_status, measured->duration, std::move(measured->energy),
                                  utilisation};
}

/// Measures the gain of a board instead of the machine.
int calibrate_board(CalibrateOptions& options) {
  options.board.store = options.store;
  options.board.gpu = options.request.gpu;
  const auto result = session::calibrate_board(options.board);
  if (!result) return report_error(result.error());
  return report_result(
      options.json, [&] { return report::to_text(*result); }, [&] { return report::to_json_text(*result); });
}

int calibrate(CalibrateOptions& options) {
  if (!options.workload.empty()) return run_workload(options);
  if (const auto free = check_json_target(options.json); !free) return report_error(free.error());
  if (!options.board.meter.empty()) return calibrate_board(options);
  auto& request = options.request;
  request.each = Seconds{options.seconds};
  request.cpu_command = workload_command();
  request.measure = measure;
  const auto result = session::calibrate_machine(request);
  if (!result) return report_error(result.error());
  note(result->left_out_text);
  return report_result(
      options.json, [&] { return report::to_text(*result); }, [&] { return report::to_json_text(*result); });
}

std::function<int()> define_calibrate(Arguments app) {
  auto options = std::make_shared<CalibrateOptions>();
  auto& request = options->request;
  app.add_option("--seconds", options->seconds, "Of each of the six micro-workloads")
      .show_default()
      .between(0.05, 600.0);
  app.add_option("--gpu", request.gpu, "Calibrate this GPU as well, with --gpu-command");
  app.add_option(
      "--gpu-command", request.gpu_command,
      "Command that runs {workload} (idle, copy, matmul, …) for {seconds} on the GPU and writes the FLOPs or "
      "bytes done (and the seconds) into the file {output}");
  app.add_option("--runs", request.runs.tables, "Workload table of a few short runs on this machine");
  const auto store = add_learning_store_option(app, options->store);
  app.add_option("--gpu-file", request.runs.devices,
                 "JSON description of a GPU or processor of the runs that the catalogue lacks (--device)");
  app.add_option("--fitted", request.fitted,
                 "Model file to start from (default: the one that comes with joulecast)");
  app.add_option("--output,-o", request.output, "Model file to write").show_default(request.output.string());
  app.add_option("--device", request.device_file, "Write the processor as a device for predict --gpu FILE");
  app.add_option("--meter", options->board.meter,
                 "CSV (time_s, power_w) of a meter on one GPU board: measures the board's gain against it");
  app.add_option(
      "--run", options->board.run,
      "The run that was measured meanwhile, with --meter (default: the latest; --gpu names the board)");
  app.add_option("--source", request.source, "What this machine's rows are called, for predict --like")
      .show_default();
  app.add_option("--framework", request.framework, "Framework of your runs").show_default();
  app.add_option("--json", options->json, "Write the figures to this file ('-' = standard output)");
  app.add_option("--workload", options->workload).hidden();
  app.add_option("--workload-output", options->workload_output).hidden();
  return [options, store] {
    if (store.count() > 0) options->request.runs.store = options->store;
    return calibrate(*options);
  };
}

}  // namespace

extern const Command calibrate_command{"calibrate", "Fit the predictions to this machine", "Predict",
                                       define_calibrate};

}  // namespace joulecast::cli
