// /api/v1/tradeoff: energy against correctness, as `joulecast tradeoff --json` has it.
#include "report/tables/tradeoff_report.hpp"
#include "serve/chosen_runs.hpp"
#include "serve/route.hpp"
#include "session/tables/tradeoff_runs.hpp"

namespace joulecast::serve {
namespace {

Response answer_tradeoff(const Request& request, const Services& services) {
  Parameters parameters(request);
  const auto references = chosen_runs(parameters);
  session::TradeoffRequest tradeoff;
  tradeoff.quality = parameters.text("quality");
  tradeoff.cost = parameters.text("cost", "energy_j");
  tradeoff.alternatives.group = parameters.texts("group", most_filters);
  put_filters(parameters, tradeoff.alternatives);
  tradeoff.within = parameters.number("within", 0, 1e12).value_or(tradeoff.within);
  tradeoff.lower_quality_is_better = parameters.flag("lower_is_better");
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto chosen = session::choose_runs(services.store, references);
  if (!chosen) return chosen_error(chosen.error(), !references.empty());
  for (const auto& [parameter, column] :
       {std::pair{"quality", &tradeoff.quality}, std::pair{"cost", &tradeoff.cost}})
    if (const auto known = check_column(chosen->table, parameter, *column); !known)
      return error_response(known.error());
  for (const auto& column : tradeoff.alternatives.group)
    if (const auto known = check_column(chosen->table, "group", column); !known)
      return error_response(known.error());
  if (tradeoff.quality.empty()) {
    if (!chosen->judged)
      return problem_response(400, "quality: no run told how correct it became", "quality");
    tradeoff.quality = chosen->judged->name;
    tradeoff.lower_quality_is_better = chosen->judged->lower_is_better;
  }
  const auto result = session::tradeoff_runs(chosen->table, tradeoff);
  return result ? json_response(report::to_json_text(*result)) : error_response(result.error());
}

}  // namespace

extern const Route tradeoff_route{"/api/v1/tradeoff", Lane::pages, /*in_exporter=*/false, answer_tradeoff};

}  // namespace joulecast::serve
