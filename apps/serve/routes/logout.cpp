// POST /api/v1/logout: takes the cookie of /api/v1/login away.
#include "serve/parameters.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_logout(const Request& request, const Services& services) {
  if (const auto status = Parameters(request).check(); !status) return error_response(status.error());
  Response response;
  response.status = 204;
  response.headers.emplace_back("Set-Cookie", services.log_out);
  return response;
}

}  // namespace

extern const Route logout_route{"/api/v1/logout",   Lane::pages, /*in_exporter=*/false, answer_logout,
                                Readers::everybody, "POST",      /*longest_body=*/4096};

}  // namespace joulecast::serve
