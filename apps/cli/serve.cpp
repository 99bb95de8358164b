// joulecast serve: the stored runs for programs, and what the exporter has.
#include "cli/support/command.hpp"
#include "cli/support/service_command.hpp"

namespace joulecast::cli {
namespace {

std::function<int()> define(Arguments app) {
  return define_service(app, serve::Scope::everything, "127.0.0.1:7463", [](const std::string& url) {
    return "runs at " + url + "/api/v1/runs, metrics at " + url + "/metrics (this build has no page)";
  });
}

}  // namespace

extern const Command serve_command{"serve", "The stored runs and metrics over HTTP", "Look back", define};

}  // namespace joulecast::cli
