// /api/v1/columns: what runs can be compared by.
#include "report/server_json.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

constexpr std::size_t most_runs = 1000;

Response answer(const Request& request, const Services& services) {
  Parameters parameters(request);
  const auto references = parameters.texts("run", most_runs);
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto chosen = session::choose_runs(services.store, references);
  if (!chosen) return error_response(chosen.error());
  return json_response(report::columns_json_text(*chosen));
}

}  // namespace

extern const Route columns_route{"/api/v1/columns", Lane::pages, /*in_exporter=*/false, answer};

}  // namespace joulecast::serve
