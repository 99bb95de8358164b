// /api/v1/runs/{id}/epochs: energy and correctness by epoch.
#include "report/runs/course_json.hpp"
#include "serve/run_routes.hpp"

namespace joulecast::serve {
namespace {

Response answer_run_epochs(const Request& request, const Services& services) {
  Parameters parameters(request);
  const auto metric = parameters.text("metric");
  const bool lower_is_better = parameters.flag("lower_is_better");
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto shown = session::show_run({.store = services.store, .run = request.id, .place = services.place});
  if (!shown) return run_error(shown.error());
  const auto& summary = shown->summary;
  const auto course = session::epoch_course(summary.run, summary.epoch_energy, metric, lower_is_better);
  if (!course && course.error().is_field) return error_response(course.error());
  return json_response(report::to_json_text(course, summary.run));
}

}  // namespace

extern const Route run_epochs_route{"/api/v1/runs/{id}/epochs", Lane::pages, /*in_exporter=*/false,
                                    answer_run_epochs};

}  // namespace joulecast::serve
