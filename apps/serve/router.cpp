#include "serve/router.hpp"

#include "base/failure.hpp"

namespace joulecast::serve {

Router::Found Router::find(const Request& request) const {
  if (request.path.empty()) return {nullptr, line_response(400, "the request's address cannot be read")};
  for (const auto* route : routes_) {
    if (route->path != request.path) continue;
    if (request.method == "GET" || request.method == "HEAD") return {route, {}};
    auto refusal = line_response(405, "only GET and HEAD are answered here");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return {nullptr, std::move(refusal)};
  }
  return {nullptr, line_response(404, "there is nothing at this address")};
}

Response Router::answer(const Route& route, const Request& request) const noexcept {
  Response response;
  if (failure_of([&] { response = route.answer(request, services_); })) {
    response = Response{};
    response.status = 500;
  }
  return response;
}

}  // namespace joulecast::serve
