#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/machine/diagnosis_report.hpp"

namespace joulecast::report {

using nlohmann::ordered_json;

ordered_json to_json(const session::Diagnosis& diagnosis) {
  auto components = ordered_json::array();
  for (const auto& source : diagnosis.components)
    components.push_back(
        {{"component", name_of(source.component)},
         {"device", source.device},
         {"provenance", name_of(source.provenance)},
         {"sensor", source.sensor},
         {"relative_uncertainty",
          source.relative_uncertainty > 0 ? or_null(source.relative_uncertainty) : ordered_json(nullptr)},
         {"note", source.note}});
  auto sources = ordered_json::array();
  for (const auto& source : diagnosis.sources)
    sources.push_back({{"name", source.type->name},
                       {"description", source.type->description},
                       {"state", name_of(source.state)},
                       {"reason", source.reason},
                       {"fix", source.fix}});
  ordered_json json{{"components", std::move(components)}, {"sources", std::move(sources)}};
  if (const auto& store = diagnosis.store)
    json["store"] = {{"location", store->location},
                     {"error", store->error ? ordered_json(store->error->message) : ordered_json(nullptr)},
                     {"runs", store->error ? ordered_json(nullptr) : ordered_json(store->runs)},
                     {"waiting", store->waiting},
                     {"waiting_for_others", store->waiting_others}};
  return json;
}

std::string to_json_text(const session::Diagnosis& diagnosis) {
  return json_text(to_json(diagnosis));
}

}  // namespace joulecast::report
