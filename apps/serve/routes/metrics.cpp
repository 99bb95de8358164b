// /metrics: the machine and its running runs for Prometheus. docs/exporter.md lists the metrics.
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_metrics(const Request& request, const Services& services) {
  const auto format = report::metrics_format_for(request.header("accept"));
  Response response;
  response.content_type = report::content_type_of(format);
  response.body = services.metrics(format);
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

}  // namespace

extern const Route metrics_route{"/metrics", Lane::metrics, /*in_exporter=*/true, answer_metrics,
                                 Readers::machine};

}  // namespace joulecast::serve
