// /api/v1/models: the networks that are known by name.
#include "report/server_json.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_models(const Request& request, const Services& /*services*/) {
  if (const auto status = Parameters(request).check(); !status) return error_response(status.error());
  const auto known = session::known_networks();
  return known ? json_response(report::models_json_text(*known)) : error_response(known.error());
}

}  // namespace

extern const Route models_route{"/api/v1/models", Lane::pages, /*in_exporter=*/false, answer_models};

}  // namespace joulecast::serve
