// /api/v1/runs: the stored runs, as `joulecast list --json` has them, with its filters as parameters.
#include "report/runs/run_list.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"
#include "session/runs/list_runs.hpp"

namespace joulecast::serve {
namespace {

constexpr std::int64_t usual_limit = 50;
constexpr std::int64_t most_runs = 1000;
constexpr std::int64_t last_offset = 1'000'000'000;
constexpr std::size_t most_tags = 50;

/// The command line turns its own usual direction round: largest first, names by the alphabet.
bool is_reversed(const std::string& sort, const std::string& order) {
  const bool ascending = order == "ascending";
  return !order.empty() && ascending != (sort == "name");
}

Response answer_runs(const Request& request, const Services& services) {
  Parameters parameters(request);
  session::ListRequest list;
  list.store = services.store;
  list.search = parameters.text("search");
  list.name = parameters.text("name");
  list.tags = parameters.texts("tag", most_tags);
  list.since = parameters.text("since");
  list.until = parameters.text("until");
  list.status = parameters.text("status");
  list.host = parameters.text("host");
  if (const auto user = parameters.text("user"); !user.empty()) list.tags.push_back("user=" + user);
  list.sort = parameters.text("sort", "started");
  list.reverse = is_reversed(list.sort, parameters.word("order", {"", "ascending", "descending"}));
  list.limit = parameters.whole("limit", 1, most_runs).value_or(usual_limit);
  list.offset = parameters.whole("offset", 0, last_offset).value_or(0);
  list.count_all = true;
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto runs = session::list_runs(list);
  return runs ? json_response(report::to_json_text(*runs)) : error_response(runs.error());
}

}  // namespace

extern const Route runs_route{"/api/v1/runs", Lane::pages, /*in_exporter=*/false, answer_runs};

}  // namespace joulecast::serve
