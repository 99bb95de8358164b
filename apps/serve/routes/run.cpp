// /api/v1/runs/{id}: what a run cost, as `joulecast show --json` has it.
#include "report/runs/run_json.hpp"
#include "serve/run_routes.hpp"

namespace joulecast::serve {
namespace {

Response answer_run(const Request& request, const Services& services) {
  const auto summary = summary_for(request, services);
  return summary ? json_response(report::to_json_text(*summary)) : run_error(summary.error());
}

}  // namespace

extern const Route run_route{"/api/v1/runs/{id}", Lane::pages, /*in_exporter=*/false, answer_run};

}  // namespace joulecast::serve
