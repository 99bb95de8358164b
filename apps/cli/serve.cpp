// joulecast serve: a page of the stored and running runs, the same for programs, and what the exporter has.
#include "cli/support/command.hpp"
#include "cli/support/service_command.hpp"

namespace joulecast::cli {
namespace {

std::function<int()> define_serve(Arguments app) {
  return define_service(app, serve::Scope::everything, "127.0.0.1:7463",
                        [](const std::string& url, bool has_page) {
                          return has_page ? "page at " + url + "/ (API below /api/v1, metrics at /metrics)"
                                          : "API at " + url + "/api/v1/runs, metrics at " + url +
                                                "/metrics; no page: it was not built (docs/page.md)";
                        });
}

}  // namespace

extern const Command serve_command{"serve", "Runs on a page that moves with them, and for programs",
                                   "Look back", define_serve};

}  // namespace joulecast::cli
