// Describes a comparison's result in plain language.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "report/tables/comparison_report.hpp"
#include "stats/distributions.hpp"

namespace joulecast::report {
namespace {

std::string p_phrase(double p) {
  const auto text = stats::p_text(p);
  return text.starts_with('<') ? "p " + text : "p = " + text;
}

/// "mobilenet_v2 has the lowest median (0.33), xception the highest (2.1), 6.4 times as much."
std::string extremes(const stats::ComparisonResult& result) {
  const auto& low = result.groups.front();
  const auto& high = result.groups.back();
  auto text = fmt::format("{} has the lowest median ({:.4g}), {} the highest ({:.4g})", low.name,
                          low.summary.median, high.name, high.summary.median);
  if (low.summary.median > 0)
    text += fmt::format(", {:.3g} times as much", high.summary.median / low.summary.median);
  return text + ".";
}

std::string pairs_sentence(const stats::ComparisonResult& result) {
  if (result.pairs.size() < 2) return "";
  std::vector<std::string> alike;
  for (const auto& pair : result.pairs)
    if (!(pair.p_adjusted < result.alpha))
      alike.push_back(fmt::format("{} and {}", result.groups[pair.a].name, result.groups[pair.b].name));
  if (alike.empty()) return fmt::format(" All {} pairs differ.", result.pairs.size());
  const auto shown = result.pairs.size() - alike.size();
  if (alike.size() > 6) return fmt::format(" {} of {} pairs differ.", shown, result.pairs.size());
  return fmt::format(" {} of {} pairs differ; not shown for {}.", shown, result.pairs.size(),
                     fmt::join(alike, "; "));
}

std::string factorial_sentence(const session::Comparison& report) {
  if (!report.factorial || !report.factorial->art) return "";
  const auto& art = *report.factorial->art;
  const auto part = [&](const std::string& name, const stats::FactorEffect& effect) {
    return fmt::format("{} {} (partial eta squared {:.3f}, {}, {})", name,
                       effect.p_value < report.overall.alpha ? "matters" : "shows no effect",
                       effect.partial_eta_squared,
                       stats::magnitude_of_eta_squared(effect.partial_eta_squared), p_phrase(effect.p_value));
  };
  const bool crossed = art.interaction.p_value < report.overall.alpha;
  return fmt::format(
      " With both factors at once, {} and {}; {} ({}).", part(report.group, art.a), part(report.by, art.b),
      crossed ? fmt::format("how much {} matters depends on {}", report.group, report.by)
              : fmt::format("no sign that the effect of {} depends on {}", report.group, report.by),
      p_phrase(art.interaction.p_value));
}

}  // namespace

std::string percent_text(double share) {
  const double percent = 100 * share;
  return std::abs(percent) >= 10 ? fmt::format("{:.0f} %", percent) : fmt::format("{:.2g} %", percent);
}

std::string conclusion(const session::Comparison& report) {
  const auto& result = report.overall;
  const auto& test = result.test;
  std::string text;
  if (result.significant()) {
    text = fmt::format("{} differs by {}, and the difference is {}: {} ", report.value, report.group,
                       test.magnitude, extremes(result));
    text += fmt::format("Chance alone would hardly give this ({}).", p_phrase(test.p_value));
    text += pairs_sentence(result);
  } else {
    text = fmt::format("No difference of {} by {} is shown ({}). That does not prove that there is none",
                       report.value, report.group, p_phrase(test.p_value));
    text += result.detectable_difference
                ? fmt::format(": with these runs, differences below about {:.2g} % would mostly be missed.",
                              100 * *result.detectable_difference)
                : std::string(".");
  }
  return text + factorial_sentence(report);
}

}  // namespace joulecast::report
