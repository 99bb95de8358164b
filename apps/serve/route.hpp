// A route: one path and what is answered there. Each file of apps/serve/routes defines one as
// `extern const Route <file>_route`.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/metrics_writer.hpp"
#include "serve/http.hpp"

namespace joulecast::serve {

/// What the routes answer from. Every function may be called by several threads at once.
struct Services {
  std::vector<std::string_view> paths;  ///< of all routes that are served
  std::string store;                    ///< path or address; "" = the user's own
  /// Nothing waits in it, neither for a sensor nor for the store.
  std::function<std::string(report::MetricsFormat)> metrics;
};

/// Who answers: so that slow pages leave the metrics alone.
enum class Lane { metrics, pages };

struct Route {
  std::string_view path;
  Lane lane = Lane::pages;
  /// `joulecast exporter` has it too, and every user of this machine may read it. Without a token, other
  /// routes are for the user alone who started the server, and for root.
  bool in_exporter = false;
  /// Answers GET; HEAD gets the same without its body.
  Response (*answer)(const Request& request, const Services& services);
};

/// Every route of the build, in name order (generated from the files of apps/serve/routes).
[[nodiscard]] std::span<const Route* const> all_routes();

}  // namespace joulecast::serve
