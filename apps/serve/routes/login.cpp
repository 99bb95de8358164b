// POST /api/v1/login: the token in exchange for a cookie, so that a page can ask without keeping the token.
#include "report/server_json.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_login(const Request& request, const Services& services) {
  if (const auto status = Parameters(request).check(); !status) return error_response(status.error());
  const auto token = report::token_from_json(request.body);
  if (!token) return problem_response(400, R"(the body is {"token": "…"})", "token");
  if (!services.needs_token) return problem_response(409, "this server needs no token", "token");
  const auto cookie = services.log_in(*token);
  if (!cookie) return problem_response(401, "this is not the server's token", "token");
  Response response;
  response.status = 204;
  response.headers.emplace_back("Set-Cookie", *cookie);
  return response;
}

}  // namespace

extern const Route login_route{"/api/v1/login",    Lane::pages, /*in_exporter=*/false, answer_login,
                               Readers::everybody, "POST",      /*longest_body=*/4096};

}  // namespace joulecast::serve
