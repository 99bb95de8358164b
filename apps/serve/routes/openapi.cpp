// /api/v1/openapi.json: the description of this API.
#include "base/files.hpp"
#include "base/roots.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_openapi(const Request& request, const Services& /*services*/) {
  if (const auto status = Parameters(request).check(); !status) return error_response(status.error());
  const auto text = read_file(share_directory() / "api" / "openapi.json");
  if (!text) return problem_response(404, "this installation has no api/openapi.json");
  return json_response(*text);
}

}  // namespace

extern const Route openapi_route{"/api/v1/openapi.json", Lane::pages, /*in_exporter=*/false, answer_openapi,
                                 Readers::everybody};

}  // namespace joulecast::serve
