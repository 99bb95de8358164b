#include "cli/support/options.hpp"

#include <CLI/CLI.hpp>

#include "carbon/intensity.hpp"

namespace joulecast::cli {

void add_store_option(CLI::App& app, std::string& path) {
  app.add_option("--store", path, "Where runs are kept (default: $JOULECAST_STORE, else your data folder)")
      ->type_name("PATH");
}

CLI::Option* add_json_option(CLI::App& app, std::string& file) {
  return app.add_option("--json", file, "Write the figures as JSON to a file, or to standard output (-)")
      ->type_name("FILE")
      ->expected(0, 1)
      ->default_str("-");
}

void add_place_options(CLI::App& app, carbon::Request& place) {
  app.add_option("--country", place.country, "Country of the electricity: an ISO code or English name")
      ->envname("JOULECAST_COUNTRY")
      ->type_name("NAME");
  app.add_option("--region", place.cloud_region, "Cloud region of the electricity: \"gcp europe-west1\"")
      ->envname("JOULECAST_REGION")
      ->type_name("NAME");
  app.add_option("--intensity", place.intensity_g_per_kwh, "Grid intensity, g CO2e per kWh")
      ->envname("JOULECAST_INTENSITY")
      ->type_name("G");
  app.add_option("--pue", place.pue, "Power usage effectiveness of the building, at least 1")
      ->envname("JOULECAST_PUE")
      ->type_name("X");
}

}  // namespace joulecast::cli
