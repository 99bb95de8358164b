// joulecast query SQL: answers a SELECT over the stored runs.
#include <fmt/format.h>

#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/runs/query_report.hpp"
#include "session/runs/query_runs.hpp"

namespace joulecast::cli {
namespace {

struct QueryOptions {
  session::QueryRequest request;
  std::string format = "table";
  bool schema = false;
};

int show_views(const std::string& format) {
  const auto views = session::query_views();
  fmt::print("{}", format == "json" ? report::to_json_text(views) : report::to_text(views));
  return done;
}

int query(const QueryOptions& options) {
  if (options.schema) return show_views(options.format);
  const auto table = session::query_runs(options.request);
  if (!table) {
    auto error = table.error();
    if (error.where == "sql") error.is_field = false;  // it has no option: it is the positional itself
    return report_error(error);
  }
  if (options.format == "json")
    fmt::print("{}", report::to_json_text(*table));
  else
    fmt::print("{}", options.format == "csv" ? report::to_csv(*table) : report::to_text(*table));
  for (const auto& remark : report::remarks(*table)) note(remark);
  return done;
}

std::function<int()> define_query(Arguments app) {
  auto options = std::make_shared<QueryOptions>();
  auto& request = options->request;
  app.add_option("SQL", request.sql, "One SELECT over the views; it can change nothing");
  app.add_flag("--schema", options->schema, "Show the views with their columns and units instead");
  app.add_option("--format", options->format, "csv and json give numbers in full")
      .show_default()
      .one_of({"table", "csv", "json"});
  app.add_option("--limit", request.limit, "At most so many rows").type_name("N").show_default();
  app.add_option("--time-limit", request.time_limit, "Give up after so many seconds")
      .type_name("SECONDS")
      .above_zero()
      .show_default();
  add_store_option(app, request.store);
  app.footer(
      "joulecast query \"select name, energy_j from runs where status = 'finished' order by energy_j desc\"");
  return [options] { return query(*options); };
}

}  // namespace

extern const Command query_command{"query", "Read-only SQL over the stored runs", "Look back", define_query};

}  // namespace joulecast::cli
