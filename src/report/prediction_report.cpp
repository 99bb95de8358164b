#include "report/prediction_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

std::string_view label_of(const session::Predicted& predicted) {
  if (!predicted.low) return "no interval";
  return predicted.calibrated ? "calibrated" : "model-based";
}

template <class Unit>
std::string line_of(const session::Predicted& p) {
  auto text = to_text(Unit{p.value});
  if (p.low && p.high)
    text += fmt::format("   90 %: {} to {}", to_text(Unit{*p.low}), to_text(Unit{*p.high}));
  return text + fmt::format(" ({})", label_of(p));
}

Json quantity_json(const std::optional<session::Predicted>& p) {
  if (!p) return nullptr;
  return {{"value", p->value},
          {"low", p->low ? Json(*p->low) : Json(nullptr)},
          {"high", p->high ? Json(*p->high) : Json(nullptr)},
          {"interval", p->low ? Json(label_of(*p)) : Json(nullptr)}};
}

void put_emissions(std::string& text, const session::Prediction& p) {
  if (!p.emissions) return;
  if (p.emissions->mass)
    text +=
        fmt::format("  emissions    {} ({})\n", to_text(*p.emissions->mass), p.emissions->intensity->source);
  else
    text += fmt::format("  emissions    not known: {}\n", p.emissions->reason);
}

std::string in_full(const session::Prediction& p) {
  auto text =
      fmt::format("{} on {}{}, batch {}, limit {:.0f} W\n", p.model,
                  p.gpu_count > 1 ? fmt::format("{} x ", p.gpu_count) : "", p.gpu, p.batch, p.limit_w);
  text += "  power        " + line_of<Watts>(p.power_w) + "\n";
  if (p.epoch_time_s) {
    text += "  epoch time   " + line_of<Seconds>(*p.epoch_time_s) + "\n";
    text += "  epoch energy " + line_of<Joules>(*p.epoch_energy_j) + "\n";
  } else {
    text += "  epoch time   not known: give --samples, or --dataset with a known size\n";
  }
  if (p.total_energy_j) text += "  total        " + line_of<Joules>(*p.total_energy_j) + "\n";
  put_emissions(text, p);
  text += fmt::format("  memory       {:.1f} GB needed of {:.0f} GB: {}\n", p.memory_needed_gb, p.memory_gb,
                      p.fits() ? "fits" : "DOES NOT FIT");
  text += fmt::format("  learned from {}\n", describe(p.novelty));
  for (const auto& nearest : p.nearest) text += "  nearest      " + nearest + "\n";
  for (const auto& warning : p.warnings) text += "  warning      " + warning + "\n";
  return text;
}

std::string cell(const std::optional<session::Predicted>& p, std::string (*write)(double)) {
  return p ? write(p->value) : "-";
}

std::string table(const std::vector<session::Prediction>& predictions) {
  std::string text;
  auto out = std::back_inserter(text);
  fmt::format_to(out, "{:<22} {:<24} {:>6} {:>9} {:>14} {:>12} {:>12} {:>12} {:>9}\n", "model", "GPU",
                 "batch", "power", "epoch time", "epoch", "total", "high 90 %", "memory");
  const auto joules = [](double value) { return to_text(Joules{value}); };
  const auto seconds = [](double value) { return to_text(Seconds{value}); };
  for (const auto& p : predictions) {
    const auto& cost = p.total_energy_j ? p.total_energy_j : p.epoch_energy_j;
    fmt::format_to(out, "{:<22} {:<24} {:>6} {:>9} {:>14} {:>12} {:>12} {:>12} {:>9}\n", p.model, p.gpu,
                   p.batch, to_text(Watts{p.power_w.value}), cell(p.epoch_time_s, seconds),
                   cell(p.epoch_energy_j, joules), cell(p.total_energy_j, joules),
                   cost && cost->high ? joules(*cost->high) : "-",
                   p.fits() ? fmt::format("{:.1f} GB", p.memory_needed_gb) : "too large");
  }
  std::vector<std::pair<std::string, int>> warnings;  // each once, and how many predictions have it
  for (const auto& p : predictions)
    for (const auto& warning : p.warnings) {
      const auto known =
          std::ranges::find(warnings, warning, [](const auto& counted) { return counted.first; });
      if (known == warnings.end())
        warnings.emplace_back(warning, 1);
      else
        ++known->second;
    }
  for (const auto& [warning, count] : warnings)
    fmt::format_to(out, "warning ({} of {}): {}\n", count, predictions.size(), warning);
  return text;
}

}  // namespace

std::string to_text(const std::vector<session::Prediction>& predictions) {
  return predictions.size() == 1 ? in_full(predictions.front()) : table(predictions);
}

Json to_json(const std::vector<session::Prediction>& predictions) {
  auto list = Json::array();
  for (const auto& p : predictions) {
    Json co2e = nullptr;
    if (p.emissions && p.emissions->mass) co2e = p.emissions->mass->value();
    list.push_back(
        {{"model", p.model},
         {"gpu", p.gpu},
         {"gpu_count", p.gpu_count},
         {"batch_size", p.batch},
         {"power_limit_w", p.limit_w},
         {"power_w", quantity_json(p.power_w)},
         {"epoch_time_s", quantity_json(p.epoch_time_s)},
         {"epoch_energy_j", quantity_json(p.epoch_energy_j)},
         {"total_energy_j", quantity_json(p.total_energy_j)},
         {"co2e_g", co2e},
         {"memory", {{"needed_gb", p.memory_needed_gb}, {"available_gb", p.memory_gb}, {"fits", p.fits()}}},
         {"novelty", name_of(p.novelty)},
         {"nearest", p.nearest},
         {"warnings", p.warnings}});
  }
  return list;
}

}  // namespace joulecast::report
