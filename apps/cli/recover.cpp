// joulecast recover: closes runs whose process was killed, and keeps their data.
#include <fmt/format.h>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/runs/run_changes.hpp"
#include "session/runs/change_runs.hpp"

namespace joulecast::cli {
namespace {

struct RecoverOptions {
  session::RecoverRequest request;
  std::string json;
};

int recover(const RecoverOptions& options) {
  const auto recovery = session::recover_runs(options.request);
  if (!recovery) return report_error(recovery.error());
  return report_result(
      options.json, [&] { return report::to_text(*recovery); },
      [&] { return report::to_json_text(*recovery); });
}

std::function<int()> define_recover(Arguments app) {
  auto options = std::make_shared<RecoverOptions>();
  add_store_option(app, options->request.store);
  app.add_flag("--force", options->request.force,
               "Also runs of other machines that gave no sign of life for two minutes");
  add_json_option(app, options->json);
  return [options] { return recover(*options); };
}

}  // namespace

extern const Command recover_command{"recover", "Close runs whose process was killed, and keep their data",
                                     "Look back", define_recover};

}  // namespace joulecast::cli
