// /: says what there is.
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer(const Request& /*request*/, const Services& services) {
  Response response;
  response.body = "joulecast serves:\n";
  for (const auto path : services.paths) response.body.append("  ").append(path).append("\n");
  return response;
}

}  // namespace

extern const Route start_route{"/", Lane::metrics, /*in_exporter=*/true, answer};

}  // namespace joulecast::serve
