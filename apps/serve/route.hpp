// A route: one path and what is answered there. Each file of apps/serve/routes defines one as
// `extern const Route <file>_route`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/place.hpp"
#include "report/machine/metrics_writer.hpp"
#include "serve/http.hpp"
#include "session/runs/running_runs.hpp"

namespace joulecast::serve {

class EventHub;
class PageFiles;
class RunShelf;

/// What the routes answer from. Every function may be called by several threads at once.
struct Services {
  std::vector<std::string_view> paths;  ///< of all routes that are served
  std::string store;                    ///< path or address; "" = the user's own
  std::string host;                     ///< name of this machine
  Place place;                          ///< of the electricity, for emissions; may be empty
  bool needs_token = false;
  /// Nothing waits in it, neither for a sensor nor for the store.
  std::function<std::string(report::MetricsFormat)> metrics;
  /// The runs that are recorded now, on any machine that writes into the store.
  std::function<std::shared_ptr<const session::RunningRuns>()> running;
  /// The cookie for whoever knows the token (a Set-Cookie header); nothing for a wrong one.
  std::function<std::optional<std::string>(std::string_view token)> log_in;
  std::string log_out;  ///< a Set-Cookie header
  std::shared_ptr<const PageFiles> page;
  std::shared_ptr<RunShelf> shelf;
  std::shared_ptr<EventHub> events;
};

/// Who answers: so that slow pages, and a crowd that opens streams at once, leave the metrics alone.
enum class Lane { metrics, pages, streams };

/// Who may read it, where the server is started without a token. With one everybody needs it, but for what
/// is of everybody.
enum class Readers {
  owner,      ///< the user who started the server, and root
  machine,    ///< every user of this machine
  everybody,  ///< never needs a token: nothing in it is of a run or of the machine
};

struct Route {
  /// "/api/v1/runs/{id}/series": {id} stands for any text, also one with slashes.
  std::string_view path;
  Lane lane = Lane::pages;
  bool in_exporter = false;  ///< `joulecast exporter` has it too
  /// Answers GET, or the method below; HEAD gets the same as GET without its body.
  Response (*answer)(const Request& request, const Services& services);
  Readers readers = Readers::owner;
  std::string_view method = "GET";
  std::size_t longest_body = 65'536;  ///< bytes
};

/// Every route of the build, in name order (generated from the files of apps/serve/routes).
[[nodiscard]] std::span<const Route* const> all_routes();

}  // namespace joulecast::serve
