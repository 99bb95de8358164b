// /api/v1/runs: the stored runs, as `joulecast list --json` has them, with its filters as parameters.
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "report/run_list.hpp"
#include "serve/route.hpp"
#include "session/runs/list_runs.hpp"

namespace joulecast::serve {
namespace {

constexpr std::int64_t usual_limit = 50;
constexpr std::int64_t most_runs = 1000;

Result<std::int64_t> number(const std::string& field, const std::string& text) {
  const auto value = parse_int(text);
  if (!value) return fail_field(field, "must be a whole number, not '{}'", text);
  return *value;
}

Status set(session::ListRequest& request, const std::string& field, const std::string& value) {
  const std::array<std::pair<std::string_view, std::string*>, 6> texts{{{"name", &request.name},
                                                                        {"since", &request.since},
                                                                        {"until", &request.until},
                                                                        {"status", &request.status},
                                                                        {"host", &request.host},
                                                                        {"sort", &request.sort}}};
  for (const auto& [name, target] : texts)
    if (field == name) {
      *target = value;
      return {};
    }
  if (field == "tag") {
    request.tags.push_back(value);
    return {};
  }
  if (field == "reverse") {
    if (value != "true" && value != "false")
      return fail_field(field, "must be true or false, not '{}'", value);
    request.reverse = value == "true";
    return {};
  }
  if (field != "limit" && field != "offset") return fail_field(field, "there is no such parameter");
  const auto count = number(field, value);
  if (!count) return propagate(count.error());
  if (field == "offset") {
    request.offset = *count;
    return {};
  }
  if (*count > most_runs) return fail_field(field, "must be {} at most, not {}", most_runs, *count);
  request.limit = *count;
  return {};
}

Response answer(const Request& request, const Services& services) {
  session::ListRequest list;
  list.store = services.store;
  list.limit = usual_limit;
  for (const auto& [field, value] : request.query)
    if (const auto status = set(list, field, value); !status) return error_response(status.error());
  const auto runs = session::list_runs(list);
  if (!runs) return error_response(runs.error());
  Response response;
  response.content_type = "application/json";
  response.body = report::to_json_text(*runs);
  return response;
}

}  // namespace

extern const Route runs_route{"/api/v1/runs", Lane::pages, /*in_exporter=*/false, answer};

}  // namespace joulecast::serve
