#include "cli/support/options.hpp"

#include <fmt/format.h>

#include "base/place.hpp"
#include "cli/support/arguments.hpp"

namespace joulecast::cli {

void add_store_option(Arguments app, std::string& path) {
  app.add_option("--store", path, "Where runs are kept (default: $JOULECAST_STORE, else your data folder)")
      .type_name("PATH");
}

Option add_learning_store_option(Arguments app, std::string& path) {
  return app
      .add_option("--store", path,
                  "Learn from your own recorded runs (default: $JOULECAST_STORE, else your data folder)")
      .type_name("[PATH]")
      .value_may_be_left_out();
}

void add_json_option(Arguments app, std::string& file) {
  app.add_option("--json", file, "Write the figures as JSON to a file, or to standard output (-)")
      .type_name("FILE")
      .value_may_be_left_out()
      .show_default("-");
}

void add_place_options(Arguments app, Place& place) {
  app.add_option("--country", place.country, "Country of the electricity: an ISO code or English name")
      .environment("JOULECAST_COUNTRY")
      .type_name("NAME");
  app.add_option("--region", place.cloud_region, "Cloud region of the electricity: \"gcp europe-west1\"")
      .environment("JOULECAST_REGION")
      .type_name("NAME");
  app.add_option("--intensity", place.intensity_g_per_kwh, "Grid intensity, g CO2e per kWh")
      .environment("JOULECAST_INTENSITY")
      .type_name("G");
  app.add_option("--pue", place.pue, "Power usage effectiveness of the building, at least 1")
      .environment("JOULECAST_PUE")
      .type_name("X");
}

}  // namespace joulecast::cli
