// /: the page, or what there is where it was not built.
#include "serve/page_files.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_start(const Request& request, const Services& services) {
  if (services.page && !services.page->empty()) return services.page->answer(request);
  Response response;
  response.body = "joulecast serves:\n";
  for (const auto path : services.paths)
    if (path != "/{id}") response.body.append("  ").append(path).append("\n");
  return response;
}

}  // namespace

// A page must be there before its user can give the token; nothing in it is of a run.
extern const Route start_route{"/", Lane::metrics, /*in_exporter=*/true, answer_start, Readers::everybody};

}  // namespace joulecast::serve
