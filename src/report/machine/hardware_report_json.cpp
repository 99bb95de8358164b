#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/machine/hardware_fields.hpp"
#include "report/machine/hardware_report.hpp"

namespace joulecast::report {
namespace {

using nlohmann::ordered_json;

struct FieldJson {
  ordered_json operator()(std::monostate) const { return nullptr; }
  ordered_json operator()(const auto& value) const { return value; }
};

/// Appends the fields to `json`.
ordered_json with_fields(ordered_json json, const std::vector<HardwareField>& fields) {
  for (const auto& [key, value] : fields) json[std::string(key)] = std::visit(FieldJson{}, value);
  return json;
}

ordered_json list_json(const std::vector<hardware::Gpu>& gpus) {
  auto list = ordered_json::array();
  for (const auto& gpu : gpus) list.push_back(with_fields(ordered_json::object(), fields_of(gpu)));
  return list;
}

struct AnswerJson {
  ordered_json operator()(const session::HardwareList& list) const {
    return {{"gpus", list_json(list.gpus)}, {"cpu_count", list.cpu_count}};
  }
  ordered_json operator()(const session::GpusOfOneName& boards) const {
    return {{"kind", "gpus"}, {"gpus", list_json(boards.gpus)}};
  }
  ordered_json operator()(const hardware::Gpu& gpu) const {
    return with_fields({{"kind", "gpu"}}, fields_of(gpu));
  }
  ordered_json operator()(const hardware::Cpu& cpu) const {
    return with_fields({{"kind", "cpu"}}, fields_of(cpu));
  }
};

}  // namespace

ordered_json to_json(const session::HardwareAnswer& answer) {
  return std::visit(AnswerJson{}, answer);
}

std::string to_json_text(const session::HardwareAnswer& answer) {
  return json_text(to_json(answer));
}

}  // namespace joulecast::report
