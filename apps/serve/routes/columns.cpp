// /api/v1/columns: what runs can be compared by.
#include "report/server_json.hpp"
#include "serve/chosen_runs.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_columns(const Request& request, const Services& services) {
  Parameters parameters(request);
  const auto references = chosen_runs(parameters);
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto chosen = session::choose_runs(services.store, references);
  if (!chosen) return chosen_error(chosen.error(), !references.empty());
  return json_response(report::columns_json_text(*chosen));
}

}  // namespace

extern const Route columns_route{"/api/v1/columns", Lane::pages, /*in_exporter=*/false, answer_columns};

}  // namespace joulecast::serve
