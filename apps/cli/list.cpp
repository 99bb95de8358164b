// joulecast list: the stored runs, newest first.
#include <fmt/format.h>

#include <filesystem>
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

Result<std::vector<store::RunRow>> stored_runs(const std::string& path) {
  const auto store = session::open_store(path, store::Access::read);
  if (store) return store->list();
  // Nobody has stored a run yet: an empty list, no failure. A store that was named has to be there.
  if (path.empty() && store.error().kind == ErrorKind::unavailable) return std::vector<store::RunRow>{};
  return propagate(store.error());
}

int list(const Options& options) {
  const auto runs = stored_runs(options.store);
  if (!runs) return report_error(runs.error());
  return answer(
      options.json, [&] { fmt::print("{}", session::list_text(*runs)); },
      [&] { return session::list_json(*runs); });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  add_store_option(app, options->store);
  add_json_option(app, options->json);
  return [options] { return list(*options); };
}

}  // namespace

extern const Command list_command{"list", "The stored runs, newest first", "Look back", define};

}  // namespace joulecast::cli
