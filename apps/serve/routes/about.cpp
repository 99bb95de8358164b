// /api/v1/about: which server this is.
#include "report/server_json.hpp"
#include "serve/page_files.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"
#include "store/run_store.hpp"

namespace joulecast::serve {
namespace {

Response answer_about(const Request& request, const Services& services) {
  if (const auto status = Parameters(request).check(); !status) return error_response(status.error());
  const auto usual = services.store.empty() ? store::default_url() : Result<std::string>(services.store);
  return json_response(report::to_json_text(report::ServerFacts{
      services.host, usual ? *usual : "", services.page && !services.page->empty(), services.needs_token}));
}

}  // namespace

extern const Route about_route{"/api/v1/about", Lane::pages, /*in_exporter=*/false, answer_about};

}  // namespace joulecast::serve
