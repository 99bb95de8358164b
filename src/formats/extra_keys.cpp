#include "formats/extra_keys.hpp"

#include <nlohmann/json.hpp>

namespace joulecast::formats {

trace::Tags plain_values(const std::string& extra_json) {
  trace::Tags values;
  const auto json = nlohmann::json::parse(extra_json, nullptr, false);
  if (!json.is_object()) return values;
  for (const auto& [key, value] : json.items())
    if (!value.is_structured() && !value.is_null())
      values[key] = value.is_string() ? value.get<std::string>() : value.dump();
  return values;
}

}  // namespace joulecast::formats
