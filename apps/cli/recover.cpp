// joulecast recover: closes runs whose process was killed, with what they have.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "session/runs/view_run.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string store;
  std::string json;
};

int recover(const Options& options) {
  auto store = session::open_store(options.store, store::Access::read);
  if (!store) return report_error(store.error());
  auto ids =
      store->recovered();  // opening has closed what it could; what it could not is tried again, and told
  const auto more = store->recover();
  if (!more) return report_error(more.error());
  ids.insert(ids.end(), more->begin(), more->end());
  const auto print = [&] {
    if (ids.empty()) fmt::print("Nothing to recover: every run is closed or still running.\n");
    for (const auto& id : ids) fmt::print("closed {} as interrupted\n", id);
  };
  return answer(options.json, print, [&] { return nlohmann::ordered_json{{"recovered", ids}}; });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  add_store_option(app, options->store);
  add_json_option(app, options->json);
  return [options] { return recover(*options); };
}

}  // namespace

extern const Command recover_command{"recover", "Close runs whose process was killed, with what they have",
                                     "Look back", define};

}  // namespace joulecast::cli
