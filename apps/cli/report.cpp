// joulecast report [RUN…]: one page to send around, or the same as Markdown, text, LaTeX or CSV.
#include <fmt/format.h>

#include <memory>

#include "base/files.hpp"
#include "base/printable.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/reporting/runs_report.hpp"

namespace joulecast::cli {
namespace {

struct ReportOptions {
  session::ReportRequest request;
  std::string format = "html";
  std::string output;
};

std::string rendered(const session::RunsReport& result, const std::string& format) {
  if (format == "csv") return report::to_csv(result);
  const bool for_a_paper = format == "text" || format == "latex";
  const auto document =
      report::to_document(result, for_a_paper ? report::PaperSection::first : report::PaperSection::last);
  if (format == "markdown") return report::to_markdown(document);
  if (format == "latex") return report::to_latex(document);
  if (format == "text") return report::to_text(document);
  return report::to_html(document);
}

/// "report-NAME.html" in the working folder, with a name that is safe for a file.
std::string default_output(const session::RunsReport& result) {
  const auto& info = result.runs.front().summary.run.info;
  std::string name = info.name.empty() ? info.id : info.name;
  for (char& c : name) {
    const bool safe =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!safe) c = '-';
  }
  constexpr std::size_t longest = 80;
  return "report-" + name.substr(0, longest) + ".html";
}

int write_report(ReportOptions& options) {
  if (!options.output.empty() && options.output != "-")
    if (auto ok = can_write_file(options.output); !ok) return report_error(ok.error());
  const auto result = session::report_runs(options.request);
  if (!result) return report_error(result.error());
  const auto text = rendered(*result, options.format);
  // A page is for a browser, the others are for a pipe.
  if (options.output.empty() && options.format == "html") options.output = default_output(*result);
  if (options.output.empty() || options.output == "-") {
    fmt::print("{}", text);
    return done;
  }
  if (auto written = write_file(options.output, text); !written) return report_error(written.error());
  fmt::print("written to {}\n", printable(options.output));
  return done;
}

std::function<int()> define_report(Arguments app) {
  auto options = std::make_shared<ReportOptions>();
  auto& request = options->request;
  app.add_option("RUN", request.runs,
                 "Ids, beginnings of ids, or names; the latest run where left out. Several are compared");
  app.add_option("--output,-o", options->output,
                 "Where to write it, - for standard output (default: report-NAME.html, the other formats to "
                 "standard output)")
      .type_name("FILE");
  app.add_option("--format", options->format, "html is one self-contained page")
      .show_default()
      .one_of({"html", "markdown", "text", "latex", "csv"});
  app.add_option("--price", request.price, "Of a kilowatt-hour, with its currency if you like: \"0.25 EUR\"");
  app.add_option("--budget", request.budget, "Draw the energy against this one (2kWh)");
  app.add_option("--metric", request.metric,
                 "The correctness to judge epochs by (default: one of validation)");
  app.add_flag("--lower-is-better", request.lower_is_better, "It is a loss or an error");
  app.add_option(
      "--group", request.group,
      "Compare several runs by this column or tag (default: name, architecture, gpu, ... as far as they "
      "differ)");
  app.add_option("--model", request.choices.network,
                 "The network that was trained, to predict other choices: resnet50, an ONNX file, a "
                 "transformer's config.json (default: as the run says)");
  app.add_option("--gpu", request.choices.gpus,
                 "Predict the training on these GPUs (default: those that the model has learned most of)");
  add_store_option(app, request.store);
  add_place_options(app, request.place);
  return [options] { return write_report(*options); };
}

}  // namespace

extern const Command report_command{"report", "One page about a run, or several compared, to send around",
                                    "Look back", define_report};

}  // namespace joulecast::cli
