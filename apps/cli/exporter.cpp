// joulecast exporter: this machine's energy and its running runs as metrics for Prometheus.
#include "cli/support/command.hpp"
#include "cli/support/service_command.hpp"

namespace joulecast::cli {
namespace {

std::function<int()> define_exporter(Arguments app) {
  return define_service(
      app, serve::Scope::exporter, "127.0.0.1:7464",
      [](const std::string& url, bool /*has_page*/) { return "metrics at " + url + "/metrics"; });
}

}  // namespace

extern const Command exporter_command{"exporter", "This machine's energy and running runs, for Prometheus",
                                      "Measure", define_exporter};

}  // namespace joulecast::cli
