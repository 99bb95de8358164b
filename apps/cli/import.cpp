// joulecast import: imports logs of other programs as runs.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/import_report.hpp"
#include "session/runs/import_files.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string columns;
  std::string store;
  std::string bundle;
  std::string json;
  bool strict = false;
  bool join = false;
  bool dry_run = false;
};

session::ImportRequest request_of(const Options& arguments) {
  session::ImportRequest request;
  request.files = {arguments.files.begin(), arguments.files.end()};
  request.options.strict = arguments.strict;
  if (!arguments.columns.empty())
    for (const auto name : split(arguments.columns, ',')) request.options.columns.emplace_back(trim(name));
  request.join = arguments.join;
  request.dry_run = arguments.dry_run;
  request.store = arguments.store;
  if (!arguments.bundle.empty()) request.bundle = arguments.bundle;
  return request;
}

int import_files(const Options& arguments) {
  if (auto ok = check_json_target(arguments.json); !ok) return report_error(ok.error());
  const auto outcome = session::import_files(request_of(arguments));
  if (!outcome) return report_error(outcome.error());
  int status = done;
  for (const auto& failure : outcome->failures) status = std::max(status, report_error(failure));
  const int answered = report_result(
      arguments.json, [&] { return report::to_text(*outcome); },
      [&] { return report::to_json_text(*outcome); });
  return std::max(status, answered);
}

std::function<int()> define(Arguments app) {
  auto arguments = std::make_shared<Options>();
  app.add_option("FILE", arguments->files,
                 "nvidia-smi CSV, process CPU and memory CSV, CodeCarbon's emissions.csv, MLPerf MLLOG, or a "
                 "run bundle")
      .required();
  app.add_flag("--strict", arguments->strict, "Refuse a file with any line that cannot be used");
  app.add_flag("--join", arguments->join, "The files are about one run: join them by their clocks");
  app.add_option("--columns", arguments->columns,
                 "What the columns are where a nvidia-smi log has no header, as for --query-gpu");
  add_store_option(app, arguments->store);
  app.add_option("--bundle", arguments->bundle, "Write run bundles to this directory instead of storing");
  app.add_flag("--dry-run", arguments->dry_run, "Read and report, keep nothing");
  add_json_option(app, arguments->json);
  return [arguments] { return import_files(*arguments); };
}

}  // namespace

extern const Command import_command{"import", "Take runs from the logs of other tools", "Look back", define};

}  // namespace joulecast::cli
