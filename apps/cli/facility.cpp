// joulecast facility fit: learns what the building adds to the energy of its computers.
#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/machine/facility_report.hpp"

namespace joulecast::cli {
namespace {

struct FacilityOptions {
  session::FacilityRequest request;
  std::string json;
};

int fit(const FacilityOptions& options) {
  if (const auto free = check_json_target(options.json); !free) return report_error(free.error());
  const auto learned = session::learn_facility(options.request);
  if (!learned) return report_error(learned.error());
  return report_result(
      options.json, [&] { return report::to_text(*learned); },
      [&] { return report::to_json_text(*learned); });
}

std::function<int()> define_facility(Arguments app) {
  auto options = std::make_shared<FacilityOptions>();
  auto& request = options->request;
  auto arguments = app.add_command("fit", "Learn the building's overhead by load and outside temperature");
  arguments
      .add_option("--meter", request.meter,
                  "CSV of the facility's meter: time, facility_w (mean until the next row) and, unless the "
                  "stored runs tell it, it_w")
      .required();
  arguments.add_option("--weather", request.weather, "CSV with the outside temperature: time, temperature_c");
  add_store_option(arguments, request.store);
  arguments.add_option("--output,-o", request.output, "Model file to write")
      .show_default(request.output.string());
  add_json_option(arguments, options->json);
  return [options] { return fit(*options); };
}

}  // namespace

extern const Command facility_command{
    "facility", "What a building adds to the energy of its computers, by load and weather", "Predict",
    define_facility};

}  // namespace joulecast::cli
