#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/version.hpp"
#include "report/disclosure/disclosure_report.hpp"
#include "report/disclosure/words.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

/// Identifies an element by the first run, so that the same disclosure has the same names.
std::string iri(const session::Disclosure& disclosure, std::string_view element) {
  std::string name;
  for (const char c : disclosure.runs.front().run.info.id) {
    const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    name += safe ? c : '-';
  }
  return fmt::format("urn:joulecast:{}:{}", name, element);
}

Json consumption_of(const session::Disclosure& disclosure) {
  auto parts = Json::array();
  for (const auto& summary : disclosure.runs)
    if (summary.energy.total)
      // The quantity is a decimal, which JSON-LD keeps as a text.
      parts.push_back(
          {{"type", "ai_EnergyConsumptionDescription"},
           {"ai_energyQuantity", fmt::format("{:.9f}", to_kilowatt_hours(*summary.energy.total).value())},
           {"ai_energyUnit", "kilowattHour"}});
  const auto kind = disclosure.training_type == "fine-tuning" ? "ai_finetuningEnergyConsumption"
                                                              : "ai_trainingEnergyConsumption";
  return {{"type", "ai_EnergyConsumption"}, {kind, std::move(parts)}};
}

Json package_of(const session::Disclosure& disclosure) {
  const auto hardware = hardware_text(disclosure);
  Json package{
      {"type", "ai_AIPackage"},
      {"spdxId", iri(disclosure, "model")},
      {"creationInfo", "_:creation"},
      {"name", disclosure.model},
      {"comment", fmt::format("Training energy: {} ({})", energy_text(disclosure), basis_text(disclosure))},
      {"software_primaryPurpose", "model"}};
  const auto& training = disclosure.runs.front().run.info.training;
  if (!training.architecture.empty()) package["ai_typeOfModel"] = Json::array({training.architecture});
  if (!hardware.empty()) package["ai_informationAboutTraining"] = "Trained on " + hardware;
  if (disclosure.energy) package["ai_energyConsumption"] = consumption_of(disclosure);
  return package;
}

}  // namespace

std::string to_spdx(const session::Disclosure& disclosure) {
  const auto model = iri(disclosure, "model"), maker = iri(disclosure, "maker");
  return json_text({{"@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"},
                    {"@graph",
                     {{{"type", "CreationInfo"},
                       {"@id", "_:creation"},
                       {"specVersion", "3.0.1"},
                       {"created", to_iso8601(disclosure.made)},
                       {"createdBy", Json::array({maker})}},
                      {{"type", "SoftwareAgent"},
                       {"spdxId", maker},
                       {"creationInfo", "_:creation"},
                       {"name", fmt::format("joulecast {}", version)}},
                      package_of(disclosure),
                      {{"type", "SpdxDocument"},
                       {"spdxId", iri(disclosure, "document")},
                       {"creationInfo", "_:creation"},
                       {"profileConformance", Json::array({"core", "software"})},
                       {"rootElement", Json::array({model})},
                       {"element", Json::array({maker, model})}}}}});
}

}  // namespace joulecast::report
