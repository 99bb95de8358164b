// A program that serves until it is asked to end: `joulecast exporter` and `joulecast serve`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/place.hpp"
#include "session/machine/node_meters.hpp"

namespace joulecast::serve {

enum class Scope {
  exporter,  ///< the metrics alone
  everything,
};

struct ServiceRequest {
  Scope scope = Scope::exporter;
  std::string listen;      ///< "127.0.0.1:7464"; needs a token unless only this machine reaches it
  std::string token_file;  ///< "" = the variable JOULECAST_TOKEN, or no token
  std::vector<std::string> allow_host;  ///< more names by which clients may call this machine
  std::string store;                    ///< path or address; "" = the user's own
  Place place = {};                     ///< of the electricity, in place of what the runs say
  session::NodeMetersOptions meters;
};

/// What the program tells whoever started it. Calls may come from any thread.
struct ServiceNotes {
  /// The first request can be answered. Without a page there is the API alone.
  std::function<void(const std::string& url, bool has_page)> ready;
  std::function<void(const std::string& line)> trouble;
};

/// Returns after SIGTERM, SIGINT, SIGHUP or SIGQUIT. Errors: invalid (a field of the request), denied or
/// unavailable (the address), retry (no more threads). Call it before the program has any thread.
[[nodiscard]] Status serve_until_asked_to_end(const ServiceRequest& request, const ServiceNotes& notes);

}  // namespace joulecast::serve
