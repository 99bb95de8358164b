// joulecast probe -- COMMAND: measures a training's beginning, ends it, and tells what the whole would cost.
#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/measure_options.hpp"
#include "cli/support/options.hpp"
#include "cli/support/step_options.hpp"
#include "report/forecast/probe_report.hpp"
#include "run/probed.hpp"
#include "run/run_command.hpp"
#include "run/tell.hpp"
#include "session/forecast/probe_boards.hpp"
#include "session/forecast/probe_training.hpp"

namespace joulecast::cli {
namespace {

struct ProbeArguments : MeasureArguments {
  std::string at_most = "90s";
  std::string grace = "30s";
  std::string price;
  std::string json;
  session::BoardsRequest boards;
  int gpu_count = 1;
};

constexpr Seconds longest_probe{86400};

Status complete_boards(ProbeArguments& arguments) {
  auto& wanted = arguments.boards.prediction;
  wanted.training.gpu_count = arguments.gpu_count;
  wanted.place = arguments.options.place;
  return session::check_boards(arguments.boards, sensors::real_environment());
}

Status complete_probe(ProbeArguments& arguments) {
  auto& probe = arguments.options.probe.emplace();
  const Status steps[] = {
      complete(arguments),
      take(arguments.at_most, "--for", "90s or 5m", parse_duration, probe.at_most),
      take(arguments.grace, "--grace", "30s", parse_duration, probe.grace),
      session::check({.probed = {}, .place = arguments.options.place, .price = arguments.price}),
  };
  for (const auto& step : steps)
    if (!step) return step;
  for (const auto& [option, length] : {std::pair{"--for", probe.at_most}, std::pair{"--grace", probe.grace}})
    if (length > longest_probe)
      return fail(ErrorKind::invalid, option, "{} is longer than {}", to_text(length),
                  to_text(longest_probe));
  if (auto ok = complete_boards(arguments); !ok) return ok;
  return arguments.json.empty() ? Status{} : check_json_target(arguments.json);
}

/// While it exists, what goes to standard output goes to standard error: the output of the command, where the
/// figures alone are wanted on standard output.
class OutputAside {
 public:
  /// Nothing that the command starts holds the output open.
  OutputAside() : output_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  ~OutputAside() {
    if (output_)
      ::dup2(output_.get(), STDOUT_FILENO);
    else
      ::close(STDOUT_FILENO);
  }
  OutputAside(const OutputAside&) = delete;
  OutputAside& operator=(const OutputAside&) = delete;

 private:
  Descriptor output_;
};

Result<run::MeasureResult> measure(const ProbeArguments& arguments) {
  std::optional<OutputAside> aside;
  if (arguments.json == "-") aside.emplace();
  const auto& probe = *arguments.options.probe;
  run::tell(
      "joulecast: a probe: the command will be ended once its forecast is ready, after {} at the latest, "
      "and what it has not saved by then is lost\n",
      to_text(probe.at_most));
  return run::measure(arguments.options, sensors::real_environment());
}

int probe(ProbeArguments& arguments) {
  if (const auto ready = complete_probe(arguments); !ready) return report_error(ready.error());
  const auto measured = measure(arguments);
  if (!measured) {
    report_error(measured.error());
    return measured.error().kind == ErrorKind::retry ? failed : unusable;
  }
  auto result = session::probe_training(
      {.probed = run::probed_by(*measured), .place = arguments.options.place, .price = arguments.price});
  if (!result) return report_error(result.error());
  if (!arguments.boards.prediction.gpus.empty()) {
    auto boards = session::probe_boards(arguments.boards, *result, session::gpu_of(result->probed));
    if (!boards) return report_error(boards.error());
    result->boards = std::move(*boards);
  }
  // As with `run`, standard output belongs to the command.
  if (!arguments.options.quiet && arguments.json != "-") run::tell("\n{}", report::to_text(*result));
  if (!arguments.json.empty())
    if (const auto written = write_json(report::to_json_text(*result), arguments.json); !written)
      return report_error(written.error());
  return result->verdict == session::ProbeVerdict::not_ready ? failed : done;
}

void add_board_options(Arguments app, ProbeArguments& arguments) {
  auto& wanted = arguments.boards.prediction;
  auto& training = wanted.training;
  training.optimizer = session::default_optimizer;
  app.add_option("--gpu", wanted.gpus,
                 "Also on these other boards: names of the catalogue (joulecast hardware)")
      .one_value_each();
  app.add_option("--model", wanted.networks,
                 "The training's network, for --gpu: a name, an ONNX file, a config.json or a description")
      .one_value_each();
  app.add_option("--batch,--batch-size", wanted.batches, "Its samples in a step, over all GPUs")
      .show_default()
      .whole_between(1, 1 << 30)
      .one_value_each();
  app.add_option("--gpus", arguments.gpu_count, "GPUs that share the training")
      .show_default()
      .whole_between(1, 1 << 30);
  app.add_option("--samples", training.train_samples, "Samples of an epoch");
  app.add_option("--dataset", training.dataset, "Well-known dataset: its size is known");
  app.add_option("--input", wanted.inputs, "Shape of one sample, 3x224x224; or of an ONNX input, ids=1x128")
      .one_value_each();
  app.add_option("--sequence", wanted.sequence, "Tokens of a sample, for language models");
  app.add_option("--classes", wanted.classes, "Outputs of the head");
  app.add_option("--optimizer", training.optimizer, "sgd, momentum, adam, adamw, rmsprop, …").show_default();
  add_step_options(app, wanted.step);
}

std::function<int()> define_probe(Arguments app) {
  const auto arguments = std::make_shared<ProbeArguments>();
  auto& options = arguments->options;
  add_command_options(app, *arguments);
  app.add_option("--for", arguments->at_most, "End the command after this time at the latest: 90s, 5m")
      .show_default();
  app.add_option("--grace", arguments->grace,
                 "How long the command may take to end when asked to, before it is killed")
      .show_default();
  add_progress_options(app, *arguments);
  add_board_options(app, *arguments);
  app.add_option("--price", arguments->price, "Of a kWh: 0.25 or 0.25EUR");
  add_place_options(app, options.place);
  add_store_option(app, arguments->store);
  add_live_options(app, *arguments);
  app.add_flag("--quiet,-q", options.quiet, "Show nothing of our own but the beginning and losses");
  app.add_option(
      "--json", arguments->json,
      "Also write the figures as JSON into this file; or to standard output (-), and what the command "
      "writes there goes to standard error");
  return [arguments] { return probe(*arguments); };
}

}  // namespace

extern const Command probe_command{
    "probe", "What a training would cost, from its first minutes: joulecast probe -- python train.py",
    "Predict", define_probe};

}  // namespace joulecast::cli
