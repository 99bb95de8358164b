// joulecast show [RUN]: what a run cost.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/run_json.hpp"
#include "report/run_text.hpp"
#include "session/runs/view_run.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string run;
  std::string store;
  std::string json;
  Place place;
};

int show(Options& options) {
  const auto store = session::open_store(options.store, store::Access::read);
  if (!store) return report_error(store.error());
  // `show --json RUN`: the option's file may be left out, so a run's name behind it is the run.
  if (options.run.empty() && !options.json.empty() && store->resolve(options.json))
    options.run = std::exchange(options.json, "-");
  const auto report = session::view_run(*store, options.run, options.place);
  if (!report) return report_error(report.error());
  return answer(
      options.json, [&] { fmt::print("{}", report::to_text(*report)); },
      [&] { return report::to_json(*report); });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "Id, beginning of an id, or name; the latest run where left out");
  add_store_option(app, options->store);
  add_json_option(app, options->json);
  add_place_options(app, options->place);
  return [options] { return show(*options); };
}

}  // namespace

extern const Command show_command{"show", "What a run cost, by component and epoch", "Look back", define};

}  // namespace joulecast::cli
