// /api/v1/events: what happens to runs, as server-sent events.
#include "serve/event_hub.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_events(const Request& request, const Services& services) {
  if (const auto status = Parameters(request).check(); !status) return error_response(status.error());
  auto part = services.events->begin(request.header("last-event-id"));
  Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("X-Accel-Buffering", "no");  // for nginx before us
  response.body = "retry: 3000\n\n" + part.bytes;
  response.events_after = part.last;
  return response;
}

}  // namespace

extern const Route events_route{"/api/v1/events", Lane::streams, /*in_exporter=*/false, answer_events};

}  // namespace joulecast::serve
