// joulecast lab status PLAN.
#include <memory>

#include "cli/support/command.hpp"
#include "cli/support/lab.hpp"
#include "cli/support/options.hpp"
#include "lab/plan/read_plan.hpp"
#include "lab/report/status_report.hpp"
#include "lab/runner/resume.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string plan, store, json;
};

int status(const Options& options) {
  const auto plan = lab::read_plan(options.plan);
  if (!plan) return report_error(plan.error());
  const auto state = lab::known_state(*plan, options.store);
  if (!state) return report_error(state.error());
  const auto found = lab::read_status(*plan, *state, {.store = options.store});
  if (!found) return report_error(found.error());
  return report_result(
      options.json, [&] { return lab::to_text(*found, /*dry=*/false); },
      [&] { return lab::to_json_text(*found); });
}

}  // namespace

std::function<int()> define_lab_status(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("PLAN", options->plan, "The campaign's plan, a TOML file").required();
  add_store_option(app, options->store);
  add_json_option(app, options->json);
  return [options] { return status(*options); };
}

}  // namespace joulecast::cli
