#include "report/evaluate/online_evaluation_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
using estimate::NamedScores;
using estimate::OnlineEvaluation;
using estimate::Scores;

void put_scores(Json& json, const Scores& s) {
  json["runs"] = s.runs;
  json["median_ape"] = s.median_ape;
  json["mean_ape"] = s.mean_ape;
  json["p90_ape"] = s.p90_ape;
  json["rmse_kj"] = s.rmse / 1e3;
  json["observed_fraction"] = s.observed_fraction;
  json["coverage"] = or_null(s.coverage);
  json["interval_width"] = or_null(s.interval_width);
  json["winkler"] = or_null(s.winkler);
}

Json duration_json(const Scores& s) {
  return {{"median_ape", s.median_ape},
          {"mean_ape", s.mean_ape},
          {"p90_ape", s.p90_ape},
          {"coverage", or_null(s.coverage)},
          {"interval_width", or_null(s.interval_width)},
          {"winkler", or_null(s.winkler)}};
}

Json shares_json(const std::vector<OnlineEvaluation::ShareRow>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json entry{{"share", row.share}, {"ready", row.ready}};
    put_scores(entry, row.energy);
    if (row.duration) entry["duration"] = duration_json(*row.duration);
    list.push_back(std::move(entry));
  }
  return list;
}

Json probes_json(const std::vector<OnlineEvaluation::ProbeRow>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json entry{{"seconds", row.seconds}, {"ready", row.ready}};
    put_scores(entry, row.energy);
    entry["factor_below"] = or_null(row.energy.factor_below);
    entry["factor_above"] = or_null(row.energy.factor_above);
    if (row.duration) entry["duration"] = duration_json(*row.duration);
    list.push_back(std::move(entry));
  }
  return list;
}

Json methods_json(const std::vector<NamedScores>& methods) {
  Json list = Json::array();
  for (const auto& method : methods) {
    Json row{{"name", method.name}};
    put_scores(row, method.energy);
    if (method.duration) row["duration"] = duration_json(*method.duration);
    list.push_back(std::move(row));
  }
  return list;
}

std::string percent_or_dash(const std::optional<double>& value, double factor) {
  return value ? fmt::format("{:.1f}", *value * factor) : "-";
}

void put_line(std::string& text, std::string_view name, const Scores& s) {
  fmt::format_to(std::back_inserter(text),
                 "{:<24} {:>5} {:>8.2f} {:>8.2f} {:>8.2f} {:>9.1f} {:>8.1f} {:>8} {:>8} {:>8}\n", name,
                 s.runs, s.median_ape, s.mean_ape, s.p90_ape, s.rmse / 1e3, 100 * s.observed_fraction,
                 percent_or_dash(s.coverage, 100), percent_or_dash(s.interval_width, 1),
                 percent_or_dash(s.winkler, 1));
}

void put_header(std::string& text, std::string_view first, std::string_view rmse = "rmse kJ") {
  fmt::format_to(std::back_inserter(text), "{:<24} {:>5} {:>8} {:>8} {:>8} {:>9} {:>8} {:>8} {:>8} {:>8}\n",
                 first, "runs", "median", "mean", "p90", rmse, "seen", "covered", "width", "winkler");
}

void put_shares(std::string& text, const std::string& title,
                const std::vector<OnlineEvaluation::ShareRow>& rows) {
  const auto name = [](const OnlineEvaluation::ShareRow& row) {
    return fmt::format("  {:g} % ({:.0f} % ready)", 100 * row.share, 100 * row.ready);
  };
  text += "\n" + title + "\n";
  put_header(text, "share");
  for (const auto& row : rows) put_line(text, name(row), row.energy);
  if (std::ranges::none_of(rows, [](const auto& row) { return row.duration.has_value(); })) return;
  put_header(text, "duration", "rmse ks");  // known where the bounds of epochs were recorded
  for (const auto& row : rows)
    if (row.duration) put_line(text, name(row), *row.duration);
}

void put_probes(std::string& text, const std::string& title,
                const std::vector<OnlineEvaluation::ProbeRow>& rows) {
  if (rows.empty()) return;
  text += "\n" + title + "\n";
  put_header(text, "at most");
  for (const auto& row : rows)
    put_line(text, fmt::format("  {:g} s ({:.0f} % ready)", row.seconds, 100 * row.ready), row.energy);
  const auto& last = rows.back();
  if (last.energy.factor_below && last.energy.factor_above)
    fmt::format_to(std::back_inserter(text),
                   "  after {:g} s the interval reaches down by a factor of {:.2f} and up by {:.2f} (mean)\n",
                   last.seconds, *last.energy.factor_below, *last.energy.factor_above);
}

}  // namespace

Json to_json(const OnlineEvaluation& evaluation) {
  Json json{{"runs", evaluation.runs}, {"methods", methods_json(evaluation.methods)}};
  json["groups"] = Json::array();
  for (const auto& group : evaluation.groups)
    json["groups"].push_back({{"source", group.source},
                              {"architecture", group.architecture},
                              {"nodes", group.nodes},
                              {"methods", methods_json(group.methods)},
                              {"variants", methods_json(group.variants)},
                              {"by_share", shares_json(group.by_share)}});
  json["by_share"] = shares_json(evaluation.by_share);
  json["by_probe"] = probes_json(evaluation.by_probe);
  json["sources"] = Json::array();
  for (const auto& source : evaluation.sources)
    json["sources"].push_back({{"source", source.name},
                               {"runs", source.runs},
                               {"methods", methods_json(source.methods)},
                               {"by_share", shares_json(source.by_share)},
                               {"by_probe", probes_json(source.by_probe)}});
  json["variants"] = methods_json(evaluation.variants);
  json["skipped"] = Json::array();
  for (const auto& skipped : evaluation.skipped)
    json["skipped"].push_back({{"path", skipped.path}, {"reason", skipped.reason}});
  return json;
}

std::string to_json_text(const OnlineEvaluation& evaluation) {
  return json_text(to_json(evaluation));
}

std::string to_text(const OnlineEvaluation& evaluation) {
  auto text = fmt::format(
      "{} runs (several meters on one run count once). Errors, seen share and widths in percent of the "
      "measured "
      "total;\n'covered' is the share of totals inside the 90 % interval.\n\n",
      evaluation.runs);
  put_header(text, "method");
  for (const auto& method : evaluation.methods) put_line(text, method.name, method.energy);
  for (const auto& group : evaluation.groups) {
    text += fmt::format("\n{} / {}{}\n", group.source, group.architecture,
                        group.nodes > 1 ? fmt::format(" on {} nodes", group.nodes) : "");
    for (const auto& method : group.methods) put_line(text, "  " + method.name, method.energy);
  }
  put_shares(text, "adaptive, by the share of the work that it has seen", evaluation.by_share);
  if (evaluation.sources.size() > 1)
    for (const auto& source : evaluation.sources)
      put_shares(text, "the same for " + source.name, source.by_share);
  put_probes(text, "a probe of a longer training, which sees at most 5 % of it", evaluation.by_probe);
  if (evaluation.sources.size() > 1)
    for (const auto& source : evaluation.sources)
      put_probes(text, "the same for " + source.name, source.by_probe);
  text += "\nSTEP by stabilising epoch s and window w\n";
  put_header(text, "variant");
  for (const auto& variant : evaluation.variants) put_line(text, "  " + variant.name, variant.energy);
  if (!evaluation.skipped.empty()) {
    text += fmt::format("\n{} not scored:\n", evaluation.skipped.size());
    for (const auto& skipped : evaluation.skipped)
      text += fmt::format("  {}: {}\n", skipped.path, skipped.reason);
  }
  return text;
}

std::string moments_csv(const OnlineEvaluation& evaluation) {
  std::string text =
      "kind,source,architecture,run,share,relative_sd,changed,units,cycle,age,first_epoch,saw_epoch_end,"
      "saw_evaluation,unseen_cycle,may_be_start,saw_little,may_recur,jump,used_j,forecast_remaining_j,"
      "remaining_j\n";
  for (const auto& [source, architecture, run, m] : evaluation.moments) {
    const auto& now = m.situation;
    fmt::format_to(std::back_inserter(text),
                   "{},{},{},{},{},{},{:d},{},{},{},{:d},{:d},{:d},{:d},{:d},{:d},{},{},{},{},{}\n", m.kind,
                   source, architecture, run, now.share, now.relative_sd, now.changed, now.units, now.cycle,
                   now.age, now.first_epoch, now.saw_epoch_end, now.saw_evaluation, now.unseen_cycle,
                   now.may_be_start, now.saw_little, now.may_recur, now.jump.value_or(-1), m.used.value(),
                   m.forecast.value(), m.truth.value());
  }
  return text;
}

}  // namespace joulecast::report
