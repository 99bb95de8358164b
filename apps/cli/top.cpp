// joulecast top: running runs on a full screen.
#include "top/top.hpp"

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"

namespace joulecast::cli {
namespace {

int watch(const top::TopRequest& request) {
  const auto watched = top::watch_runs(request);
  return watched ? done : report_error(watched.error());
}

std::function<int()> define_top(Arguments app) {
  auto request = std::make_shared<top::TopRequest>();
  app.add_option("--host", request->host, "Only runs of this machine").type_name("NAME");
  add_store_option(app, request->store);
  return [request] { return watch(*request); };
}

}  // namespace

extern const Command top_command{"top", "Running runs on a full screen of the terminal", "Look back",
                                 define_top};

}  // namespace joulecast::cli
