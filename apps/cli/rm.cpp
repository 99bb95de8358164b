// joulecast rm RUN...: deletes runs.

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/runs/run_changes.hpp"
#include "session/runs/change_runs.hpp"

namespace joulecast::cli {
namespace {

int remove(const session::RemoveRequest& request) {
  const auto removal = session::remove_runs(request);
  if (!removal) return report_error(removal.error());
  print_text(report::to_text(*removal));
  return removal->failure ? report_error(*removal->failure) : done;
}

std::function<int()> define_rm(Arguments app) {
  auto request = std::make_shared<session::RemoveRequest>();
  app.add_option("RUN", request->runs, "Ids, beginnings of ids, or names").required();
  add_store_option(app, request->store);
  app.add_flag("--force", request->force, "Also a run that is still running");
  return [request] { return remove(*request); };
}

}  // namespace

extern const Command rm_command{"rm", "Remove runs", "Look back", define_rm};

}  // namespace joulecast::cli
