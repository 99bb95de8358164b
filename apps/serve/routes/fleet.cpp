// /api/v1/fleet: who uses what now, and energy by machine, user, project and tag.
#include "session/runs/fleet.hpp"

#include "report/runs/live_run_json.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

constexpr std::size_t most_tags = 10;

Response answer_fleet(const Request& request, const Services& services) {
  Parameters parameters(request);
  session::FleetRequest fleet;
  fleet.store = services.store;
  fleet.since = parameters.text("since", fleet.since);
  fleet.until = parameters.text("until");
  fleet.tags = parameters.texts("tag", most_tags);
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto result = session::fleet(fleet, services.running()->runs);
  return result ? json_response(report::to_json_text(*result)) : error_response(result.error());
}

}  // namespace

extern const Route fleet_route{"/api/v1/fleet", Lane::pages, /*in_exporter=*/false, answer_fleet};

}  // namespace joulecast::serve
