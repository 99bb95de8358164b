// joulecast lab table PLAN -o TABLE.
#include <fmt/format.h>

#include <memory>

#include "base/files.hpp"
#include "cli/support/command.hpp"
#include "cli/support/lab.hpp"
#include "cli/support/options.hpp"
#include "lab/plan/read_plan.hpp"
#include "lab/runner/resume.hpp"
#include "lab/table/campaign_table.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string plan, output, store;
};

int table(const Options& options) {
  const auto plan = lab::read_plan(options.plan);
  if (!plan) return report_error(plan.error());
  const auto state = lab::known_state(*plan, options.store);
  if (!state) return report_error(state.error());
  const auto& store = options.store.empty() && state->begun ? state->begun->store : options.store;
  const auto made = lab::campaign_table(*plan, *state, store);
  if (!made) return report_error(made.error());
  for (const auto& remark : made->remarks) note(remark);
  if (options.output.empty() || options.output == "-") {
    print_text(made->csv);
    return done;
  }
  if (const auto written = write_file(options.output, made->csv); !written)
    return report_error(written.error());
  note(fmt::format("{}: {} row{}, {} of them of runs that failed and without figures", options.output,
                   made->rows, made->rows == 1 ? "" : "s", made->without_figures));
  return done;
}

}  // namespace

std::function<int()> define_lab_table(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("PLAN", options->plan, "The campaign's plan, a TOML file").required();
  app.add_option("--output,-o", options->output, "CSV file to write; standard output if it is not given");
  add_store_option(app, options->store);
  return [options] { return table(*options); };
}

}  // namespace joulecast::cli
