// /api/v1/runs/{id}/windows: evaluations and other named stretches of a run.
#include "report/server_json.hpp"
#include "serve/run_routes.hpp"

namespace joulecast::serve {
namespace {

Response answer_run_windows(const Request& request, const Services& services) {
  const auto summary = summary_for(request, services);
  return summary ? json_response(report::windows_json_text(*summary)) : run_error(summary.error());
}

}  // namespace

extern const Route run_windows_route{"/api/v1/runs/{id}/windows", Lane::pages, /*in_exporter=*/false,
                                     answer_run_windows};

}  // namespace joulecast::serve
