// /api/v1/runs/{id}/projections: what was forecast of a run, and how right such forecasts have been.
#include "report/runs/course_json.hpp"
#include "serve/run_routes.hpp"
#include "serve/run_shelf.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::serve {
namespace {

Result<session::ForecastRecord> record_of(const std::string& url, const std::string& host) {
  const auto store = session::open_store(url, store::Access::read);
  if (!store) return propagate(store.error());
  return session::forecast_record(**store, host);
}

Response answer_run_projections(const Request& request, const Services& services) {
  if (const auto status = Parameters(request).check(); !status) return error_response(status.error());
  const auto history = services.shelf->get(request.id);
  if (!history) return run_error(history.error());
  const auto& run = (*history)->run;
  const auto course = session::forecast_course(run, (*history)->energy.total);
  return json_response(report::to_json_text(course, record_of(services.store, run.host.hostname), run));
}

}  // namespace

extern const Route run_projections_route{"/api/v1/runs/{id}/projections", Lane::pages,
                                         /*in_exporter=*/false, answer_run_projections};

}  // namespace joulecast::serve
