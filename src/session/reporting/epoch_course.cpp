#include "session/reporting/epoch_course.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <tuple>

#include "base/text.hpp"

namespace joulecast::session {
namespace {

bool has_any(const std::string& name, std::span<const std::string_view> parts) {
  return std::ranges::any_of(parts, [&](auto part) { return name.find(part) != std::string::npos; });
}

/// A metric that judges nothing, such as a learning rate.
bool is_a_setting(const std::string& name) {
  constexpr std::array<std::string_view, 8> parts{"lr",    "learning_rate", "grad", "norm",
                                                  "epoch", "step",          "time", "throughput"};
  const auto lower = to_lower(name);
  return lower == "lr" || has_any(lower, std::span(parts).subspan(1)) || lower.ends_with("_lr");
}

bool is_held_out(const std::string& name) {
  constexpr std::array<std::string_view, 4> parts{"val", "test", "eval", "dev_"};
  return has_any(to_lower(name), parts);
}

void put_best(EpochCourse& course) {
  const auto& points = course.points;
  const bool lower = course.metric && course.metric->lower_is_better;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].quality || !std::isfinite(*points[i].quality)) continue;
    const bool better = !course.best || (lower ? *points[i].quality < *points[*course.best].quality
                                               : *points[i].quality > *points[*course.best].quality);
    if (better) course.best = i;
  }
  if (!course.best) return;
  Joules all{0};
  Joules after{0};
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].energy) return;  // the share of an unknown whole is unknown
    all += *points[i].energy;
    if (i > *course.best) after += *points[i].energy;
  }
  course.after_best = after;
  if (all > Joules{0}) course.after_best_share = after / all;
}

}  // namespace

bool is_a_loss(const std::string& metric) {
  constexpr std::array<std::string_view, 11> parts{"loss", "err",     "perplexity", "ppl", "mse",     "mae",
                                                   "rmse", "logloss", "nll",        "bpb", "bits_per"};
  const auto name = to_lower(metric);
  return has_any(name, parts) || name == "wer" || name == "cer" || name.ends_with("_wer") ||
         name.ends_with("_cer");
}

std::optional<JudgedMetric> correctness_of(const trace::Run& run) {
  std::map<std::string, int> counts;
  for (const auto& epoch : run.epochs)
    for (const auto& [name, value] : epoch.metrics)
      if (!is_a_setting(name)) ++counts[name];
  const auto rank = [](const auto& entry) {
    return std::tuple(!is_a_loss(entry.first), is_held_out(entry.first), entry.second);
  };
  const auto found = std::ranges::max_element(counts, {}, rank);
  if (found == counts.end()) return std::nullopt;
  return JudgedMetric{found->first, is_a_loss(found->first)};
}

Result<EpochCourse> epoch_course(const trace::Run& run, const std::vector<std::optional<Joules>>& energy,
                                 const std::string& metric, bool lower_is_better) {
  if (run.epochs.empty()) return fail(ErrorKind::unavailable, run.info.id, "the training told no epochs");
  EpochCourse course;
  course.metric =
      metric.empty() ? correctness_of(run) : JudgedMetric{metric, lower_is_better || is_a_loss(metric)};
  for (std::size_t i = 0; i < run.epochs.size(); ++i) {
    const auto& epoch = run.epochs[i];
    EpochPoint point{epoch.index, epoch.phase, epoch.span, energy[i], {}};
    if (course.metric)
      if (const auto value = epoch.metrics.find(course.metric->name); value != epoch.metrics.end())
        point.quality = value->second;
    course.points.push_back(point);
  }
  const bool any = std::ranges::any_of(course.points, [](const auto& p) { return p.quality.has_value(); });
  if (!metric.empty() && !any) return fail_field("metric", "no epoch of {} has '{}'", run.info.id, metric);
  put_best(course);
  return course;
}

}  // namespace joulecast::session
