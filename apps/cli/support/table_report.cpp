#include "cli/support/table_report.hpp"

#include "cli/support/arguments.hpp"
#include "cli/support/options.hpp"

namespace joulecast::cli {

void add_table_source(Arguments app, TableSource& source) {
  app.add_option("TABLE", source.table,
                 "CSV table with a header, one row a run, or a folder of run bundles (default: the store)");
  add_store_option(app, source.store);
}

void add_row_options(Arguments app, std::vector<std::string>& only, bool& distinct) {
  app.add_option("--only", only, "column=value[,value]: keep to these rows, e.g. experiment=before,after");
  app.add_flag("--distinct", distinct, "Leave out rows that repeat another row in all but their identifier");
}

void add_report_files(Arguments app, ReportFiles& files, const std::string& csv, const std::string& svg) {
  add_json_option(app, files.json);
  app.add_option("--csv", files.csv, csv).type_name("FILE");
  app.add_option("--svg", files.svg, svg).type_name("FILE");
}

}  // namespace joulecast::cli
