#include "report/server_json.hpp"

#include <initializer_list>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/version.hpp"
#include "report/forecast/prediction_report.hpp"
#include "report/json_value.hpp"
#include "report/runs/run_json.hpp"
#include "session/forecast/prediction_front.hpp"
#include "session/tables/compare_runs.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* api_version = "1.0.0";  // info.version in data/api/openapi.yaml

std::string part_of(const session::RunSummary& summary, std::initializer_list<const char*> keys) {
  const auto whole = to_json(summary);
  Json part{{"run", summary.run.info.id}};
  for (const char* key : keys) part[key] = whole.at(key);
  return json_text(part);
}

}  // namespace

std::string problem_json_text(int status, std::string_view title, std::string_view detail,
                              std::string_view field) {
  return json_text({{"status", status},
                    {"title", std::string(title)},
                    {"detail", printable(detail)},
                    {"field", or_null(std::string(field))}});
}

std::string to_json_text(const ServerFacts& server) {
  return json_text({{"version", version},
                    {"api_version", api_version},
                    {"host", server.host},
                    {"store", server.store},
                    {"page", server.has_page},
                    {"needs_token", server.needs_token}});
}

std::string models_json_text(const session::NetworkNames& networks) {
  return json_text({{"models", networks.names}, {"precisions", networks.precisions}});
}

std::string columns_json_text(const session::ChosenRuns& runs) {
  const auto columns = runs.table.columns();
  return json_text({{"rows", runs.table.rows()},
                    {"columns", std::vector<std::string>(columns.begin(), columns.end())},
                    {"metrics", runs.metrics},
                    {"group", or_null(session::usual_group(runs.table))}});
}

std::string phases_json_text(const session::RunSummary& summary) {
  return part_of(summary, {"phases", "steps", "energy_per_work"});
}

std::string windows_json_text(const session::RunSummary& summary) {
  return part_of(summary, {"windows", "window_totals"});
}

std::string json_text_with_front(const session::PredictionResult& result) {
  auto json = to_json(result);
  json["front"] = session::front_of(result.predictions);
  return json_text(json);
}

std::optional<std::string> token_from_json(std::string_view text) {
  const auto body = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object() || body.size() != 1) return std::nullopt;
  const auto token = body.find("token");
  if (token == body.end() || !token->is_string()) return std::nullopt;
  return token->get<std::string>();
}

}  // namespace joulecast::report
