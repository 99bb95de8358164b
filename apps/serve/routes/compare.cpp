// /api/v1/compare: whether groups of runs differ, as `joulecast compare --json` has it.
#include "report/tables/comparison_report.hpp"
#include "serve/chosen_runs.hpp"
#include "serve/route.hpp"
#include "session/tables/compare_runs.hpp"

namespace joulecast::serve {
namespace {

Response answer_compare(const Request& request, const Services& services) {
  Parameters parameters(request);
  const auto references = chosen_runs(parameters);
  session::CompareRequest compare;
  compare.group = parameters.text("group");
  compare.value = parameters.text("value", "energy_j");
  compare.by = parameters.text("by");
  put_filters(parameters, compare);
  auto& options = compare.options;
  options.alpha = parameters.number("alpha", 1e-6, 0.5).value_or(options.alpha);
  const auto test = parameters.word("test", {"auto", "ranks", "means"});
  if (test != "auto") options.approach = test == "ranks" ? stats::Approach::ranks : stats::Approach::means;
  const auto adjust = parameters.word("adjust", {"holm", "bonferroni", "bh"});
  if (adjust == "bonferroni") options.adjustment = stats::Adjustment::bonferroni;
  if (adjust == "bh") options.adjustment = stats::Adjustment::benjamini_hochberg;
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto chosen = session::choose_runs(services.store, references);
  if (!chosen) return chosen_error(chosen.error(), !references.empty());
  for (const auto& [parameter, column] :
       {std::pair{"group", &compare.group}, std::pair{"value", &compare.value}, std::pair{"by", &compare.by}})
    if (const auto known = check_column(chosen->table, parameter, *column); !known)
      return error_response(known.error());
  if (compare.group.empty()) compare.group = session::usual_group(chosen->table);
  if (compare.group.empty())
    return problem_response(
        400, "group: no name, network, GPU, batch size or host puts several runs together", "group");
  const auto comparison = session::compare_runs(chosen->table, compare);
  return comparison ? json_response(report::to_json_text(*comparison)) : error_response(comparison.error());
}

}  // namespace

extern const Route compare_route{"/api/v1/compare", Lane::pages, /*in_exporter=*/false, answer_compare};

}  // namespace joulecast::serve
