// /api/v1/runs/{id}/energy: energy used until each time, against a budget.
#include "report/runs/course_json.hpp"
#include "serve/run_routes.hpp"
#include "serve/run_shelf.hpp"

namespace joulecast::serve {
namespace {

Response answer_run_energy(const Request& request, const Services& services) {
  Parameters parameters(request);
  const auto given = parameters.text("budget");
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto budget = session::budget_from(given);
  if (!budget) return error_response(budget.error());
  const auto history = services.shelf->get(request.id);
  if (!history) return run_error(history.error());
  const auto& run = (*history)->run;
  return json_response(report::to_json_text(session::energy_course(run, *budget), *budget, run));
}

}  // namespace

extern const Route run_energy_route{"/api/v1/runs/{id}/energy", Lane::pages, /*in_exporter=*/false,
                                    answer_run_energy};

}  // namespace joulecast::serve
