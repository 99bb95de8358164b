// joulecast import: imports logs of other programs as runs.
#include <fmt/format.h>

#include <algorithm>

#include "base/input_file.hpp"
#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "formats/support/log_time.hpp"
#include "report/runs/import_report.hpp"
#include "session/runs/import_files.hpp"

namespace joulecast::cli {
namespace {

struct ImportOptions {
  std::vector<std::string> files;
  std::string columns;
  std::string comma;
  std::string start;
  std::string period;
  std::string max_size;
  std::string store;
  std::string bundle;
  std::string json;
  bool strict = false;
  bool join = false;
  bool dry_run = false;
};

Result<session::ImportRequest> request_of(const ImportOptions& arguments) {
  session::ImportRequest request;
  request.files = {arguments.files.begin(), arguments.files.end()};
  request.options.strict = arguments.strict;
  if (!arguments.columns.empty())
    for (const auto name : split(arguments.columns, ',')) request.options.columns.emplace_back(trim(name));
  if (arguments.comma == "decimals")
    request.options.comma = formats::CommaIn::decimals;
  else if (arguments.comma == "thousands")
    request.options.comma = formats::CommaIn::thousands;
  else if (!arguments.comma.empty())
    return fail_field("comma", "is decimals or thousands");
  if (!arguments.start.empty()) {
    const auto start = formats::parse_start(arguments.start);
    if (!start) return fail_field("start", "is not a date or a date and time, as 2026-11-05T10:00:00");
    request.options.start = WallTime{start->us * 1000};
  }
  if (!arguments.period.empty()) {
    request.options.period = parse_duration(arguments.period);
    if (!request.options.period || *request.options.period <= Seconds{0})
      return fail_field("period", "is not a time such as 1s or 100ms");
  }
  if (!arguments.max_size.empty()) {
    request.options.most_bytes = parse_size(arguments.max_size);
    if (!request.options.most_bytes) return fail_field("max_size", "is not a size such as 500MB or 10GB");
    set_input_limit(*request.options.most_bytes);
  }
  request.join = arguments.join;
  request.dry_run = arguments.dry_run;
  request.store = arguments.store;
  if (!arguments.bundle.empty()) request.bundle = arguments.bundle;
  return request;
}

int import_files(const ImportOptions& arguments) {
  if (auto ok = check_json_target(arguments.json); !ok) return report_error(ok.error());
  const auto request = request_of(arguments);
  if (!request) return report_error(request.error());
  const auto outcome = session::import_files(*request);
  if (!outcome) return report_error(outcome.error());
  int status = done;
  for (const auto& failure : outcome->failures) status = std::max(status, report_error(failure));
  const int answered = report_result(
      arguments.json, [&] { return report::to_text(*outcome); },
      [&] { return report::to_json_text(*outcome); });
  return std::max(status, answered);
}

std::function<int()> define_import(Arguments app) {
  auto arguments = std::make_shared<ImportOptions>();
  app.add_option(
         "FILE", arguments->files,
         "Logs of nvidia-smi, rocm-smi, amd-smi, dcgmi, tegrastats, turbostat, perf stat, CodeCarbon, "
         "Carbontracker, Zeus, W&B, MLPerf and of one's own loops; run bundles; - for a pipe")
      .required();
  app.add_flag("--strict", arguments->strict, "Refuse a file with any line that cannot be used");
  app.add_flag("--join", arguments->join, "The files are about one run: join them by their clocks");
  app.add_option("--columns", arguments->columns,
                 "What columns mean: time=C,power_w=C for any CSV (C is a heading or a number), or the names "
                 "for --query-gpu where a nvidia-smi log has no header");
  app.add_option("--comma", arguments->comma,
                 "What a comma in a number stands for, where the log does not tell: decimals or thousands");
  app.add_option("--start", arguments->start,
                 "When the log began, if it has no dates: 2026-11-05 or 2026-11-05T10:00:00");
  app.add_option("--period", arguments->period,
                 "How far the rows are apart, if they have no times: 1s, 100ms");
  app.add_option("--max-size", arguments->max_size, "Largest file to read: 10GB");
  add_store_option(app, arguments->store);
  app.add_option("--bundle", arguments->bundle, "Write run bundles to this directory instead of storing");
  app.add_flag("--dry-run", arguments->dry_run, "Read and report, keep nothing");
  add_json_option(app, arguments->json);
  return [arguments] { return import_files(*arguments); };
}

}  // namespace

extern const Command import_command{"import", "Take runs from the logs of other tools", "Look back",
                                    define_import};

}  // namespace joulecast::cli
