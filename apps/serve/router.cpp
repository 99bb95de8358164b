#include "serve/router.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/failure.hpp"

namespace joulecast::serve {
namespace {

constexpr std::string_view placeholder = "{id}";

/// What stands for {id}, "" for a path without one; nothing if the path is another.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  const auto at = pattern.find(placeholder);
  if (at == std::string_view::npos) return pattern == path ? std::optional(std::string()) : std::nullopt;
  const auto before = pattern.substr(0, at);
  const auto after = pattern.substr(at + placeholder.size());
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
    return std::nullopt;
  return std::string(path.substr(at, path.size() - before.size() - after.size()));
}

/// Paths without a placeholder first, then the longest.
bool says_more(const Route* a, const Route* b) {
  const bool a_exact = a->path.find(placeholder) == std::string_view::npos;
  const bool b_exact = b->path.find(placeholder) == std::string_view::npos;
  return a_exact != b_exact ? a_exact : a->path.size() > b->path.size();
}

bool takes(const Route& route, const Request& request) {
  return request.method == route.method || (route.method == "GET" && request.method == "HEAD");
}

Response wrong_method(std::string_view method) {
  const bool reads = method == "GET";
  auto refusal =
      line_response(405, reads ? "only GET and HEAD are answered here" : "only POST is answered here");
  refusal.headers.emplace_back("Allow", reads ? "GET, HEAD" : std::string(method));
  return refusal;
}

}  // namespace

Router::Router(std::vector<const Route*> routes, Services services)
    : routes_(std::move(routes)), services_(std::move(services)) {
  std::ranges::stable_sort(routes_, says_more);
}

Router::Found Router::find(const Request& request) const {
  if (request.path.empty()) return {nullptr, {}, line_response(400, "the request's address cannot be read")};
  for (const auto* route : routes_) {
    auto id = match(route->path, request.path);
    if (!id) continue;
    if (takes(*route, request)) return {route, std::move(*id), {}};
    return {nullptr, {}, wrong_method(route->method)};
  }
  return {nullptr, {}, line_response(404, "there is nothing at this address")};
}

/// A store cannot be read for a moment where the files beside it come and go with whoever writes into it. Who
/// has waited for a server that hangs is not to wait for it once more.
Response Router::patient_answer(const Route& route, const Request& request) const {
  constexpr auto pause = std::chrono::milliseconds(50);
  constexpr std::chrono::seconds patience{1};
  constexpr int unavailable = 503;
  const auto end = std::chrono::steady_clock::now() + patience;
  auto response = route.answer(request, services_);
  for (int more = 3; more != 0 && response.status == unavailable && request.method != "POST" &&
                     std::chrono::steady_clock::now() < end;
       --more) {
    std::this_thread::sleep_for(pause);
    response = route.answer(request, services_);
  }
  return response;
}

Response Router::answer(const Route& route, const Request& request) const noexcept {
  Response response;
  if (failure_of([&] {
        response = patient_answer(route, request);
        if (request.is_api()) response = as_problem(std::move(response));
      })) {
    response = Response{};
    response.status = 500;
  }
  return response;
}

}  // namespace joulecast::serve
