// joulecast show [RUN]: shows what a run cost.
#include <fmt/format.h>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/run_choice.hpp"
#include "report/runs/run_json.hpp"
#include "report/runs/run_text.hpp"
#include "session/runs/open_store.hpp"
#include "session/runs/run_summary.hpp"

namespace joulecast::cli {
namespace {

struct ShowOptions {
  session::ShowRequest request;
  std::string json;
};

int show(ShowOptions& options) {
  auto& request = options.request;
  // In `show --json RUN` the parser takes RUN for the option's file. If a run has that name, RUN is the run.
  if (request.run.empty() && !options.json.empty() && session::choose_run(request.store, options.json))
    request.run = std::exchange(options.json, "-");
  const auto shown = session::show_run(request);
  if (!shown) return report_error(shown.error());
  say_choice(request.run, shown->choice);
  return report_result(
      options.json, [&] { return report::to_text(shown->summary); },
      [&] { return report::to_json_text(shown->summary); });
}

std::function<int()> define_show(Arguments app) {
  auto options = std::make_shared<ShowOptions>();
  auto& request = options->request;
  app.add_option("RUN", request.run, "Id, beginning of an id, or name; the latest run where left out");
  add_store_option(app, request.store);
  add_json_option(app, options->json);
  add_place_options(app, request.place);
  return [options] { return show(*options); };
}

}  // namespace

extern const Command show_command{"show", "What a run cost, by component and epoch", "Look back",
                                  define_show};

}  // namespace joulecast::cli
