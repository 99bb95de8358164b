// /api/v1/columns: what runs can be compared by.
#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"
#include "session/tables/chosen_runs.hpp"
#include "session/tables/compare_runs.hpp"

namespace joulecast::serve {
namespace {

constexpr std::size_t most_runs = 1000;

Response answer(const Request& request, const Services& services) {
  Parameters parameters(request);
  const auto references = parameters.texts("run", most_runs);
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto chosen = session::choose_runs(services.store, references);
  if (!chosen) return error_response(chosen.error());
  const auto columns = chosen->table.columns();
  return json_response(
      report::json_text({{"rows", chosen->table.rows()},
                         {"columns", std::vector<std::string>(columns.begin(), columns.end())},
                         {"metrics", chosen->metrics},
                         {"group", report::or_null(session::usual_group(chosen->table))}}));
}

}  // namespace

extern const Route columns_route{"/api/v1/columns", Lane::pages, /*in_exporter=*/false, answer};

}  // namespace joulecast::serve
