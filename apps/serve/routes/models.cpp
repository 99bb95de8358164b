// /api/v1/models: the networks that are known by name.
#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"
#include "session/machine/describe_network.hpp"

namespace joulecast::serve {
namespace {

Response answer(const Request& request, const Services& /*services*/) {
  if (const auto status = Parameters(request).check(); !status) return error_response(status.error());
  const auto known = session::known_networks();
  return known ? json_response(report::json_text({{"models", known->names}})) : error_response(known.error());
}

}  // namespace

extern const Route models_route{"/api/v1/models", Lane::pages, /*in_exporter=*/false, answer};

}  // namespace joulecast::serve
