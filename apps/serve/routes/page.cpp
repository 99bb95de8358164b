// Every other address: the files of the page.
#include "serve/page_files.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

Response answer_page(const Request& request, const Services& services) {
  return request.is_api() ? line_response(404, "there is nothing at this address")
                          : services.page->answer(request);
}

}  // namespace

extern const Route page_route{"/{id}", Lane::metrics, /*in_exporter=*/false, answer_page, Readers::everybody};

}  // namespace joulecast::serve
