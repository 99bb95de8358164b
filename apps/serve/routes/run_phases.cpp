// /api/v1/runs/{id}/phases: the phases of a run's training, and energy by step.
#include "report/server_json.hpp"
#include "serve/run_routes.hpp"

namespace joulecast::serve {
namespace {

Response answer_run_phases(const Request& request, const Services& services) {
  const auto summary = summary_for(request, services);
  return summary ? json_response(report::phases_json_text(*summary)) : run_error(summary.error());
}

}  // namespace

extern const Route run_phases_route{"/api/v1/runs/{id}/phases", Lane::pages, /*in_exporter=*/false,
                                    answer_run_phases};

}  // namespace joulecast::serve
