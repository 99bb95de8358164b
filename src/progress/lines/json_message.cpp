#include "progress/lines/json_message.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/memory.hpp"
#include "base/text.hpp"

namespace joulecast::progress {

std::optional<std::string> find_json_message(const std::string& line) {
  if (!line.starts_with('{') || !line.ends_with('}')) return std::nullopt;
  ask_for_memory(memory_of_json(line));
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  for (const auto* name : {"message", "msg", "log", "text", "event", "textPayload", "MESSAGE"}) {
    const auto field = json.find(name);
    if (field == json.end() || !field->is_string()) continue;
    std::string text(trim(field->get_ref<const std::string&>()));
    if (text.find_first_of("0123456789") != std::string::npos && text.find('\n') == std::string::npos)
      return text;
  }
  return std::nullopt;
}

}  // namespace joulecast::progress
