// joulecast rm RUN...: forgets runs.
#include <fmt/format.h>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "session/runs/view_run.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::vector<std::string> runs;
  std::string store;
  bool force = false;
};

int remove(const Options& options) {
  auto store = session::open_store(options.store, store::Access::read);
  if (!store) return report_error(store.error());
  std::vector<std::string> ids;  // all of them are known before the first is gone
  for (const auto& run : options.runs) {
    auto id = run.empty() ? fail(ErrorKind::invalid, "run", "an empty name") : store->resolve(run);
    if (!id) return report_error(id.error());
    ids.push_back(std::move(*id));
  }
  for (const auto& id : ids) {
    if (auto status = store->remove(id, options.force); !status) return report_error(status.error());
    fmt::print("removed {}\n", id);
  }
  return done;
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("RUN", options->runs, "Ids, beginnings of ids, or names").required();
  add_store_option(app, options->store);
  app.add_flag("--force", options->force, "Also a run that is still running");
  return [options] { return remove(*options); };
}

}  // namespace

extern const Command rm_command{"rm", "Remove runs", "Look back", define};

}  // namespace joulecast::cli
