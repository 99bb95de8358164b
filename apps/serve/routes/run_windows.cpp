// /api/v1/runs/{id}/windows: evaluations and other named stretches of a run.
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
  for (const char* key : {"windows", "window_totals"}) part[key] = whole.at(key);
  return json_response(report::json_text(part));
}

}  // namespace

extern const Route run_windows_route{"/api/v1/runs/{id}/windows", Lane::pages, /*in_exporter=*/false, answer};

}  // namespace joulecast::serve
