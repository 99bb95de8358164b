// joulecast export RUN: a run as files that other programs read.
#include <fmt/format.h>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "session/runs/export_run.hpp"
#include "session/runs/view_run.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string run;
  std::string store;
  session::ExportTargets targets;
  Place place;
};

int export_run(const Options& options) {
  const auto store = session::open_store(options.store, store::Access::read);
  if (!store) return report_error(store.error());
  const auto written = session::export_run(*store, options.run, options.place, options.targets);
  if (!written) return report_error(written.error());
  for (const auto& path : *written) fmt::print("wrote {}\n", path.string());
  return done;
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  auto& targets = options->targets;
  app.add_option("run", options->run, "Id, beginning of an id, or name; the latest run where left out");
  app.add_option("--bundle", targets.bundle, "A run bundle, into this new folder (joulecast import reads it)")
      .type_name("DIR");
  app.add_option("--csv", targets.readings_csv, "Every reading, one a row").type_name("FILE");
  app.add_option("--epochs-csv", targets.epochs_csv, "One row an epoch, with its metrics").type_name("FILE");
  app.add_option("--emissions", targets.emissions,
                 "A row in CodeCarbon's emissions.csv, added where it is there")
      .type_name("FILE");
  add_store_option(app, options->store);
  add_place_options(app, options->place);
  return [options] { return export_run(*options); };
}

}  // namespace

extern const Command export_command{"export", "A run as a bundle or CSV for other programs", "Look back",
                                    define};

}  // namespace joulecast::cli
