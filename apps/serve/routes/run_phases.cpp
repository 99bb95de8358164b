// /api/v1/runs/{id}/phases: the phases of a run's training, and energy by step.
#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/run_json.hpp"
#include "serve/run_routes.hpp"

namespace joulecast::serve {
namespace {

Response answer(const Request& request, const Services& services) {
  const auto summary = summary_for(request, services);
  if (!summary) return run_error(summary.error());
  const auto whole = report::to_json(*summary);
  nlohmann::ordered_json part{{"run", summary->run.info.id}};
  for (const char* key : {"phases", "steps", "energy_per_work"}) part[key] = whole.at(key);
  return json_response(report::json_text(part));
}

}  // namespace

extern const Route run_phases_route{"/api/v1/runs/{id}/phases", Lane::pages, /*in_exporter=*/false, answer};

}  // namespace joulecast::serve
