#include "report/tables/alternative_json.hpp"

#include <nlohmann/json.hpp>

#include "report/json_value.hpp"

namespace joulecast::report {

nlohmann::ordered_json range_json(const stats::Range& range) {
  return nlohmann::ordered_json::array({or_null(range.low), or_null(range.high)});
}

nlohmann::ordered_json alternative_json(const tradeoff::Alternative& alternative,
                                        const std::vector<std::string>& keys) {
  nlohmann::ordered_json json{{"name", alternative.name()}};
  for (std::size_t i = 0; i < keys.size() && i < alternative.labels.size(); ++i)
    json["labels"][keys[i]] = alternative.labels[i];
  json["provenance"] = name_of(alternative.provenance);
  json["runs"] = alternative.runs;
  return json;
}

nlohmann::ordered_json column_json(const std::string& column) {
  const auto unit = tradeoff::unit_of_column(column);
  return {{"column", column}, {"unit", or_null(std::string(unit.symbol))}};
}

}  // namespace joulecast::report
