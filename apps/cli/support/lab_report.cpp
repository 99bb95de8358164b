// joulecast lab report PLAN: one page about a campaign, or the same as Markdown, text, LaTeX or CSV.
#include <fmt/format.h>

#include <memory>

#include "base/files.hpp"
#include "base/printable.hpp"
#include "cli/support/command.hpp"
#include "cli/support/lab.hpp"
#include "cli/support/options.hpp"
#include "lab/plan/read_plan.hpp"
#include "lab/results/campaign_document.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  lab::CampaignReportRequest request;
  std::string plan;
  std::string format = "html";
  std::string output;
};

std::string rendered(const lab::CampaignReport& result, const std::string& format) {
  if (format == "csv") return lab::to_csv(result);
  const auto document = lab::to_document(result);
  if (format == "markdown") return report::to_markdown(document);
  if (format == "latex") return report::to_latex(document);
  if (format == "text") return report::to_text(document);
  return report::to_html(document);
}

/// "vision-report.html" beside "vision.toml".
std::string default_output(const std::string& plan) {
  std::filesystem::path path(plan);
  return path.replace_filename(path.stem().string() + "-report.html").string();
}

int write_report(Options& options) {
  auto plan = lab::read_plan(options.plan);
  if (!plan) return report_error(plan.error());
  // A page is for a browser, the others are for a pipe.
  if (options.output.empty() && options.format == "html") options.output = default_output(options.plan);
  const bool to_file = !options.output.empty() && options.output != "-";
  if (to_file)
    if (auto ok = can_write_file(options.output); !ok) return report_error(ok.error());
  options.request.courses = options.format != "csv";
  const auto result = lab::report_campaign(std::move(*plan), options.request);
  if (!result) return report_error(result.error());
  const auto text = rendered(**result, options.format);
  if (!to_file) {
    fmt::print("{}", text);
    return done;
  }
  if (auto written = write_file(options.output, text); !written) return report_error(written.error());
  fmt::print("written to {}\n", printable(options.output));
  return done;
}

}  // namespace

std::function<int()> define_lab_report(Arguments app) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  app.add_option("PLAN", options->plan, "The campaign's plan, a TOML file").required();
  app.add_option("--output,-o", options->output,
                 "Where to write it, - for standard output (default: PLAN-report.html beside the plan, the "
                 "other formats to standard output)")
      .type_name("FILE");
  app.add_option("--format", options->format, "html is one self-contained page")
      .show_default()
      .one_of({"html", "markdown", "text", "latex", "csv"});
  app.add_option("--metric", request.metric,
                 "The correctness to judge by (default: the one that most runs tell)");
  app.add_option(
         "--cost", request.cost,
         "What cells are compared by: energy_j, energy_per_sample_j, duration_s or a metric (default: "
         "the plan's, else energy_j)")
      .type_name("COLUMN");
  app.add_option("--within", request.within, "How much of the correctness may be lost for a lower cost")
      .show_default()
      .not_below_zero();
  add_store_option(app, request.store);
  return [options] { return write_report(*options); };
}

}  // namespace joulecast::cli
