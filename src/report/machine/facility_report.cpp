#include "report/machine/facility_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

/// PUE at some temperatures, at the usual load.
std::string pue_text(const carbon::FacilityModel& model) {
  if (!model.needs_weather() || !model.temperature) {
    const auto pue = model.pue(model.usual_load, std::nullopt);
    return pue ? fmt::format("  PUE        {:.3f} at {}\n", *pue, to_text(model.usual_load)) : "";
  }
  std::string text = fmt::format("  PUE        at {}:", to_text(model.usual_load));
  constexpr int steps = 4;
  const auto [low, high] = *model.temperature;
  for (int i = 0; i <= steps; ++i) {
    const auto outside = low + (high - low) * (static_cast<double>(i) / steps);
    if (const auto pue = model.pue(model.usual_load, outside))
      text += fmt::format("{} {:.3f} at {:.0f} °C", i == 0 ? "" : ",", *pue, outside.value());
  }
  return text + "\n";
}

std::string left_out_text(const session::LearnedFacility& learned) {
  std::string text;
  const auto add = [&](std::size_t count, const char* why) {
    if (count > 0) text += fmt::format("  left out   {} rows {}\n", count, why);
  };
  add(learned.without_load, "during which it is not known what the computers drew");
  add(learned.fit.without_weather, "for which no temperature is known");
  add(learned.fit.impossible, "in which the computers draw nothing, or more than the facility");
  return text;
}

}  // namespace

std::string to_text(const session::LearnedFacility& learned) {
  const auto& model = learned.fit.model;
  auto text = fmt::format("Learned from {} rows over {}, load by {}\n", model.samples, to_text(model.length),
                          printable(model.load_from));
  text += fmt::format("  fixed      {}\n", to_text(model.fixed));
  text += fmt::format("  with load  {:.1f} % of it\n", 100 * model.share);
  if (model.needs_weather())
    text += fmt::format("  cooling    {:.2f} % of the load for each K above {:.1f} °C outside\n",
                        100 * model.cooling_per_kelvin, model.threshold.value());
  text += pue_text(model);
  text +=
      fmt::format("  error      90 % of the {} were within {:.1f} % of what was said\n",
                  model.calibrated ? "days held out" : "rows held out (too few days to call it calibrated)",
                  100 * model.error);
  text += left_out_text(learned);
  for (const auto& note : learned.fit.notes) text += "  note       " + note + "\n";
  return text + fmt::format("Written to {}, for joulecast predict --start … --facility.\n",
                            printable(learned.file.string()));
}

std::string to_json_text(const session::LearnedFacility& learned) {
  const auto& model = learned.fit.model;
  Json json{{"file", learned.file.string()}};
  json.update(carbon::figures_of(model));
  json.update(Json{{"rows", model.samples},
                   {"length_s", model.length.value()},
                   {"load_from", model.load_from},
                   {"left_out",
                    {{"without_load", learned.without_load},
                     {"without_weather", learned.fit.without_weather},
                     {"impossible", learned.fit.impossible}}},
                   {"notes", learned.fit.notes}});
  return json_text(json);
}

}  // namespace joulecast::report
