#include "cli/support/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "carbon/intensity.hpp"

namespace joulecast::cli {

void add_store_option(CLI::App& app, std::string& path) {
  app.add_option("--store", path, "Where runs are kept (default: $JOULECAST_STORE, else your data folder)")
      ->type_name("PATH");
}

CLI::Option* add_learning_store_option(CLI::App& app, std::string& path) {
  return app
      .add_option("--store", path,
                  "Learn from your own recorded runs (default: $JOULECAST_STORE, else your data folder)")
      ->type_name("[PATH]")
      ->expected(0, 1);
}

void add_json_option(CLI::App& app, std::string& file) {
  app.add_option("--json", file, "Write the figures as JSON to a file, or to standard output (-)")
      ->type_name("FILE")
      ->expected(0, 1)
      ->default_str("-");
}

CLI::Validator above_zero() {
  return {[](std::string& text) {
            const auto value = parse_double(text);
            return value && *value > 0 ? std::string() : fmt::format("'{}' is not a number above 0", text);
          },
          "ABOVE 0"};
}

CLI::Validator not_below_zero() {
  return {[](std::string& text) {
            const auto value = parse_double(text);
            return value && *value >= 0 ? std::string()
                                        : fmt::format("'{}' is not 0 or a number above it", text);
          },
          "0 OR ABOVE"};
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
