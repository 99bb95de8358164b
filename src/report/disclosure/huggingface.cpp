#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/disclosure/disclosure_report.hpp"
#include "report/disclosure/words.hpp"
#include "report/phrases.hpp"

namespace joulecast::report {
namespace {

/// A JSON string is a YAML string, whatever is in it.
std::string quoted(const std::string& text) {
  using Json = nlohmann::ordered_json;
  return Json(printable(text)).dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// "France; Germany": of all runs, each once.
std::string places_of(const session::Disclosure& disclosure) {
  std::vector<std::string> places;
  for (const auto& summary : disclosure.runs) {
    const auto& intensity = summary.carbon.intensity;
    if (!intensity) continue;
    const auto& place = intensity->place.empty() ? intensity->country : intensity->place;
    if (!place.empty() && std::ranges::find(places, place) == places.end()) places.push_back(place);
  }
  return join(places, "; ");
}

std::string front_matter(const session::Disclosure& disclosure) {
  std::string text = "---\n";
  const auto line = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {}: {}\n", key, quoted(value));
  };
  if (disclosure.emissions) {
    text += fmt::format("co2_eq_emissions:\n  emissions: {:.6g}\n", disclosure.emissions->value());
    line("source", fmt::format("{}: {} ({})", tool_text(disclosure.runs.front().run), energy_text(disclosure),
                               basis_text(disclosure)));
    line("training_type", disclosure.training_type);
    line("geographical_location", places_of(disclosure));
    line("hardware_used", hardware_text(disclosure));
  } else {
    text += "# no co2_eq_emissions: they are unknown\n";
  }
  return text + "---\n";
}

std::string emissions_text(const session::Disclosure& disclosure) {
  if (!disclosure.emissions) return "unknown";
  const auto& carbon = disclosure.runs.front().carbon;
  return fmt::format("{} (assumed: {}; PUE {:.3g})", to_text(*disclosure.emissions), carbon.intensity->source,
                     carbon.pue);
}

}  // namespace

std::string to_huggingface(const session::Disclosure& disclosure) {
  const auto hardware = hardware_text(disclosure);
  Seconds duration{0};
  for (const auto& summary : disclosure.runs) duration += summary.run.span.length();
  return front_matter(disclosure) +
         fmt::format(
             "\n## Environmental Impact\n\n"
             "- **Energy:** {}\n- **How it is known:** {}\n- **Carbon emitted:** {}\n- **Hardware:** {}\n"
             "- **Time:** {}, in {} run{}\n",
             energy_text(disclosure), basis_text(disclosure), printable(emissions_text(disclosure)),
             hardware.empty() ? "not stated" : printable(hardware), to_text(duration), disclosure.runs.size(),
             disclosure.runs.size() == 1 ? "" : "s");
}

}  // namespace joulecast::report
