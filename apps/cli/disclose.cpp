// joulecast disclose [RUN…]: the energy of a training in the forms of model cards and regulators.
#include <fmt/format.h>

#include <memory>

#include "base/files.hpp"
#include "base/printable.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/disclosure/disclosure_report.hpp"

namespace joulecast::cli {
namespace {

struct DiscloseOptions {
  session::DisclosureRequest request;
  std::string format = "annex-xi";
  std::string output;
};

Result<std::string> rendered(const session::Disclosure& disclosure, const std::string& format) {
  if (format == "boamps") return report::to_boamps(disclosure);
  if (format == "spdx") return report::to_spdx(disclosure);
  if (format == "huggingface") return report::to_huggingface(disclosure);
  return report::to_annex_xi(disclosure);
}

int disclose(const DiscloseOptions& options) {
  const bool to_file = !options.output.empty() && options.output != "-";
  if (to_file)
    if (auto ok = can_write_file(options.output); !ok) return report_error(ok.error());
  const auto disclosure = session::disclose_runs(options.request);
  if (!disclosure) return report_error(disclosure.error());
  const auto text = rendered(*disclosure, options.format);
  if (!text) return report_error(text.error());
  if (!to_file) {
    fmt::print("{}", *text);
    return done;
  }
  if (auto written = write_file(options.output, *text); !written) return report_error(written.error());
  fmt::print("written to {}\n", printable(options.output));
  return done;
}

std::function<int()> define_disclose(Arguments app) {
  auto options = std::make_shared<DiscloseOptions>();
  auto& request = options->request;
  app.add_option(
      "RUN", request.runs,
      "Ids, beginnings of ids, or names of all runs that made the model; the latest where left out");
  app.add_option("--format", options->format, "For whom: see docs/disclose.md")
      .show_default()
      .one_of({"boamps", "spdx", "huggingface", "annex-xi"});
  app.add_option("--output,-o", options->output, "Where to write it (default: -, standard output)")
      .type_name("FILE");
  app.add_option("--model", request.model, "The model's name (default: the first run's)").type_name("NAME");
  app.add_option("--training-type", request.training_type, "What the training was")
      .one_of({"pre-training", "fine-tuning"});
  app.add_option("--task", request.task, "What the model does: \"image classification\"").type_name("WORDS");
  app.add_option("--data", request.data, "What it was trained on")
      .one_of({"tabular", "audio", "boolean", "image", "video", "object", "text", "token", "word", "other"});
  app.add_option("--infrastructure", request.infrastructure, "Where it was trained")
      .one_of({"publicCloud", "privateCloud", "onPremise", "other"});
  add_store_option(app, request.store);
  add_place_options(app, request.place);
  return [options] { return disclose(*options); };
}

}  // namespace

extern const Command disclose_command{
    "disclose", "What a model's training cost, as model cards and regulators ask for it", "Look back",
    define_disclose};

}  // namespace joulecast::cli
