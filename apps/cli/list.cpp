// joulecast list: lists the stored runs, newest first.
#include <fmt/format.h>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/runs/run_list.hpp"
#include "session/runs/list_runs.hpp"

namespace joulecast::cli {
namespace {

struct ListOptions {
  session::ListRequest request;
  std::string json;
};

int list(const ListOptions& options) {
  const auto runs = session::list_runs(options.request);
  if (!runs) return report_error(runs.error());
  return report_result(
      options.json, [&] { return report::to_text(*runs); }, [&] { return report::to_json_text(*runs); });
}

std::function<int()> define_list(Arguments app) {
  auto options = std::make_shared<ListOptions>();
  auto& request = options->request;
  app.add_option("--name", request.name,
                 "Only runs of this name; * stands for anything, ? for one character");
  app.add_option("--tag", request.tags, "Only runs with this tag: key=value, or key for any value")
      .type_name("TAG")
      .one_value_each();
  app.add_option("--since", request.since,
                 "Only runs since then: 7d, 12h, 2026-01-31, 2026-01-31T12:00 (UTC)")
      .type_name("TIME");
  app.add_option("--until", request.until, "Only runs that began before then").type_name("TIME");
  app.add_option("--status", request.status, "Only running, finished, failed, interrupted or stopped runs")
      .type_name("STATUS");
  app.add_option("--host", request.host, "Only runs of this machine").type_name("NAME");
  app.add_option("--sort", request.sort,
                 "By started, energy, duration or name; energy and duration put running runs last")
      .type_name("KEY")
      .show_default();
  app.add_flag("--reverse", request.reverse, "The other way round: the oldest, or the least, first");
  app.add_option("--limit", request.limit, "At most so many").type_name("N");
  app.add_option("--offset", request.offset, "Pass over the first so many").type_name("N");
  add_store_option(app, request.store);
  add_json_option(app, options->json);
  return [options] { return list(*options); };
}

}  // namespace

extern const Command list_command{"list", "The stored runs, newest first", "Look back", define_list};

}  // namespace joulecast::cli
