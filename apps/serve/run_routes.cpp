#include "serve/run_routes.hpp"

namespace joulecast::serve {

Response run_error(const Error& error) {
  const bool unknown = error.kind == ErrorKind::invalid && !error.is_field;
  return unknown ? problem_response(404, to_string(error), "id") : error_response(error);
}

Result<session::RunSummary> summary_for(const Request& request, const Services& services) {
  if (const auto status = Parameters(request).check(); !status) return propagate(status.error());
  auto shown = session::show_run({.store = services.store, .run = request.id, .place = services.place});
  if (!shown) return propagate(shown.error());
  return std::move(shown->summary);
}

}  // namespace joulecast::serve
