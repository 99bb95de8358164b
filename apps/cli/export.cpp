// joulecast export RUN: writes a run to files for other programs.

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/run_choice.hpp"
#include "report/runs/run_changes.hpp"
#include "session/runs/export_run.hpp"

namespace joulecast::cli {
namespace {

int write_files(const session::ExportRequest& request) {
  const auto exported = session::export_run(request);
  if (!exported && exported.error().where == "targets")
    return report_error({ErrorKind::invalid,
                         "nothing to write: give --bundle, --csv, --epochs-csv or --emissions", "export"});
  if (!exported) return report_error(exported.error());
  say_choice(request.run, exported->choice);
  print_text(report::to_text(*exported));
  return done;
}

std::function<int()> define_export(Arguments app) {
  auto request = std::make_shared<session::ExportRequest>();
  auto& targets = request->targets;
  app.add_option("run", request->run, "Id, beginning of an id, or name; the latest run where left out");
  app.add_option("--bundle", targets.bundle, "A run bundle, into this new folder (joulecast import reads it)")
      .type_name("DIR");
  app.add_option("--csv", targets.readings_csv, "Every reading, one a row").type_name("FILE");
  app.add_option("--epochs-csv", targets.epochs_csv, "One row an epoch, with its metrics").type_name("FILE");
  app.add_option("--emissions", targets.emissions,
                 "A row in CodeCarbon's emissions.csv, added where it is there")
      .type_name("FILE");
  add_store_option(app, request->store);
  add_place_options(app, request->place);
  return [request] { return write_files(*request); };
}

}  // namespace

extern const Command export_command{"export", "A run as a bundle or CSV for other programs", "Look back",
                                    define_export};

}  // namespace joulecast::cli
