// joulecast query SQL: asks the stored runs.
#include <fmt/format.h>

#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/query_report.hpp"
#include "session/tables/query_runs.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  session::QueryRequest request;
  std::string format = "table";
  std::string json;
};

int query(const Options& options) {
  if (options.request.sql.empty()) {
    fmt::print("{}", report::to_text(session::query_tables()));
    return done;
  }
  const auto answer = session::query_runs(options.request);
  if (!answer) return report_error(answer.error());
  const auto text = [&] {
    if (options.format == "csv") return report::to_csv(*answer);
    return options.format == "json" ? report::to_json_text(*answer) : report::to_text(*answer);
  };
  return report_result(options.json, text, [&] { return report::to_json_text(*answer); });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option(
      "SQL", options->request.sql,
      "One SELECT over the tables runs, tags, energy, epochs, metrics, phases, windows and projections; "
      "without it, their columns are shown");
  app.add_option("--format", options->format, "How the answer is written")
      .show_default()
      .one_of({"table", "csv", "json"});
  add_json_option(app, options->json);
  add_store_option(app, options->request.store);
  return [options] { return query(*options); };
}

}  // namespace

extern const Command query_command{"query", "Ask the stored runs in SQL, without changing them", "Look back",
                                   define};

}  // namespace joulecast::cli
