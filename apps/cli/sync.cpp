// joulecast sync [RUN...]: copies runs from one store to another.
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/runs/sync_report.hpp"
#include "session/runs/sync_runs.hpp"

namespace joulecast::cli {
namespace {

struct SyncOptions {
  session::SyncRequest request;
  std::string json;
};

constexpr int some_failed = 1;

int sync(const SyncOptions& options) {
  if (auto ok = check_json_target(options.json); !ok) return report_error(ok.error());
  const auto synced = session::sync_runs(options.request);
  if (!synced) return report_error(synced.error());
  const int answered = report_result(
      options.json, [&] { return report::to_text(*synced); }, [&] { return report::to_json_text(*synced); });
  for (const auto& run : synced->runs)
    if (run.error) return some_failed;
  return answered;
}

std::function<int()> define_sync(Arguments app) {
  auto options = std::make_shared<SyncOptions>();
  auto& request = options->request;
  app.add_option("RUN", request.runs, "Ids, beginnings of ids, or names; all where none is given");
  app.add_option("--from", request.from,
                 "The store to copy from: a path, or postgresql://…; your own where not given")
      .type_name("STORE");
  app.add_option("--to", request.to, "The store to copy to; your own where not given").type_name("STORE");
  app.add_flag("--dry-run", request.dry_run, "Only say what would be copied");
  add_json_option(app, options->json);
  return [options] { return sync(*options); };
}

}  // namespace

extern const Command sync_command{"sync", "Copy runs from one store to another", "Look back", define_sync};

}  // namespace joulecast::cli
