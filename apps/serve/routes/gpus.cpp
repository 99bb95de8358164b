// /api/v1/gpus: the GPUs of the catalogue, as `joulecast hardware --json` has them.
#include "report/machine/hardware_report.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_gpus(const Request& request, const Services& /*services*/) {
  if (const auto status = Parameters(request).check(); !status) return error_response(status.error());
  const auto list = session::look_up_hardware({});
  return list ? json_response(report::to_json_text(*list)) : error_response(list.error());
}

}  // namespace

extern const Route gpus_route{"/api/v1/gpus", Lane::pages, /*in_exporter=*/false, answer_gpus};

}  // namespace joulecast::serve
