// Under which conditions the runs took place: failures, drift, noise, throttling, warm-up, and how it was
// measured.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "lab/plan/template.hpp"
#include "lab/results/campaign_document.hpp"
#include "lab/results/words.hpp"
#include "report/phrases.hpp"

namespace joulecast::lab {
namespace {

using report::Align;
using report::DataTable;
using report::LeftOut;
using report::Paragraph;
using report::Section;

/// Of figures that not every run has.
struct Known {
  std::vector<double> values;
  void take(const std::optional<double>& value) {
    if (value) values.push_back(*value);
  }
  [[nodiscard]] bool any() const { return !values.empty(); }
  [[nodiscard]] double median() const { return stats::median(values); }
  [[nodiscard]] double largest() const { return *std::ranges::max_element(values); }
};

std::string optional_share(const std::optional<double>& share) {
  return share ? share_text(*share) : "";
}

void put_noise(const CampaignState& state, Section& section) {
  Known load, pressure, others, gpus;
  for (const auto& run : state.runs) {
    load.take(run.noise.load);
    pressure.take(run.noise.pressure);
    others.take(run.noise.others_cpu);
    if (run.noise.gpu_processes) gpus.take(static_cast<double>(*run.noise.gpu_processes));
  }
  DataTable table{"What else the machine did",
                  {Align::left, Align::right, Align::right, Align::right},
                  {"", "runs", "median", "at most"},
                  {}};
  const auto put = [&](const char* name, const Known& known, auto text) {
    if (known.any())
      table.rows.push_back(
          {name, std::to_string(known.values.size()), text(known.median()), text(known.largest())});
  };
  const auto number = [](double value) { return fmt::format("{:.2f}", value); };
  put("load before the run", load, number);
  put("time in which somebody waited for a CPU", pressure, [](double value) { return share_text(value); });
  put("CPUs that other programs used", others, number);
  put("other processes on our GPUs", gpus, [](double value) { return fmt::format("{:.0f}", value); });
  if (table.rows.empty())
    section.blocks.emplace_back(LeftOut{"Noise", "the machine told nothing of it"});
  else
    section.blocks.emplace_back(std::move(table));
  std::set<std::string> busy;
  for (const auto& session : state.sessions) busy.insert(session.busy.begin(), session.busy.end());
  if (!busy.empty())
    section.blocks.emplace_back(
        Paragraph{"The machine was busy when a session began, and was used nevertheless: " +
                  report::join({busy.begin(), busy.end()}, "; ") + "."});
}

void put_throttling(const CampaignFacts& facts, const CampaignState& state, Section& section) {
  DataTable table{"Throttling, share of the time of the worst run",
                  {Align::left, Align::right, Align::right, Align::right},
                  {"cell", "by the power limit", "by heat", "runs with remarks"},
                  {}};
  bool told = false;
  for (const auto& cell : facts.cells) {
    told = told || cell.throttled_by_power || cell.throttled_by_heat;
    const bool any = cell.throttled_by_power.value_or(0) > 0 || cell.throttled_by_heat.value_or(0) > 0;
    if (any || cell.flagged > 0)
      table.rows.push_back({cell.title, optional_share(cell.throttled_by_power),
                            optional_share(cell.throttled_by_heat),
                            cell.flagged > 0 ? std::to_string(cell.flagged) : ""});
  }
  if (!table.rows.empty())
    section.blocks.emplace_back(std::move(table));
  else if (told)
    section.blocks.emplace_back(Paragraph{"No run was throttled."});
  else
    section.blocks.emplace_back(LeftOut{"Throttling", "no device told of it"});
  std::map<std::string, std::size_t> flags;
  for (const auto& run : state.runs)
    for (const auto& flag : run.conduct.flags) ++flags[flag];
  std::vector<std::string> parts;
  for (const auto& [flag, count] : flags)
    parts.push_back(fmt::format("{} ({})", flag, counted(count, "run")));
  if (!parts.empty()) section.blocks.emplace_back(Paragraph{"Remarks: " + report::join(parts, "; ") + "."});
}

std::string slope_text(const std::optional<Slope>& slope) {
  if (!slope) return "";
  return fmt::format("{:+.2f} % ({:+.2f} to {:+.2f} %)", 100 * slope->value, 100 * slope->low,
                     100 * slope->high);
}

void put_warm_ups(const CampaignState& state, Section& section) {
  if (state.warm_ups.empty()) {
    section.blocks.emplace_back(Paragraph{"The machine was not warmed up."});
    return;
  }
  DataTable table{
      "Warm-ups, and how power still changed at their end",
      {Align::left, Align::right, Align::left, Align::left, Align::right},
      {"at", "took", "ended by", "slope in a minute, 95 % interval", "temperature, K in a minute"},
      {}};
  for (const auto& warm_up : state.warm_ups)
    table.rows.push_back({to_iso8601(warm_up.at), to_text(warm_up.duration), warm_up.why,
                          slope_text(warm_up.power),
                          warm_up.temperature ? fmt::format("{:+.2f}", *warm_up.temperature) : ""});
  section.blocks.emplace_back(std::move(table));
}

void put_cool_downs(const CampaignState& state, Section& section) {
  if (state.cool_downs.empty()) return;
  std::map<std::string, std::size_t> reasons;
  std::vector<double> seconds;
  for (const auto& pause : state.cool_downs) {
    ++reasons[pause.why];
    seconds.push_back(pause.duration.value());
  }
  std::vector<std::string> parts;
  for (const auto& [why, count] : reasons) parts.push_back(fmt::format("{} by {}", count, why));
  section.blocks.emplace_back(
      Paragraph{fmt::format("{}, {} in the median, ended: {}.", counted(state.cool_downs.size(), "cool-down"),
                            to_text(Seconds{stats::median(seconds)}), report::join(parts, ", "))});
}

report::Figure drift_figure(const CampaignReport& report) {
  const double tolerance = 100 * report.plan.reference->tolerance;
  report::Plot plot;
  plot.title = "Energy of the reference, against its first run";
  plot.x.label = "reference";
  plot.x.whole = true;
  plot.y.label = "change, %";
  report::Series series;
  series.mark = report::Mark::dots;
  DataTable table{plot.title,
                  {Align::right, Align::left, Align::right, Align::right, Align::left},
                  {"reference", "at", "energy", "change", ""},
                  {}};
  for (const auto& point : report.references) {
    const auto& run = *point.run;
    const double drift = point.drift ? 100 * *point.drift : 0;
    if (run.outcome == Outcome::finished && run.energy) {
      series.x.push_back(run.place.repetition);
      series.y.push_back(drift);
    }
    const bool beyond = std::abs(drift) > tolerance;
    table.rows.push_back({std::to_string(run.place.repetition), to_iso8601(run.began),
                          run.energy ? to_text(*run.energy) : "unknown",
                          point.drift ? fmt::format("{:+.1f} %", drift) : "",
                          run.outcome != Outcome::finished ? in_words(run.outcome)
                          : beyond                         ? "beyond the tolerance"
                                                           : ""});
  }
  plot.series.push_back(std::move(series));
  plot.rules = {{fmt::format("+{:.3g} %", tolerance), tolerance, false},
                {fmt::format("-{:.3g} %", tolerance), -tolerance, false}};
  const auto beyond = std::ranges::count_if(report.references, [&](const auto& point) {
    return point.drift && std::abs(100 * *point.drift) > tolerance;
  });
  const auto caption = fmt::format(
      "One configuration, measured again and again. {}",
      beyond == 0
          ? fmt::format("It stayed within {:.3g} %.", tolerance)
          : fmt::format(
                "{} of its {} beyond {:.3g} %: cells that ran at different times may differ because of it.",
                beyond, beyond == 1 ? "runs was" : "runs were", tolerance));
  plot.description = caption;
  return {std::move(plot), caption, std::move(table)};
}

std::string memory_text(const std::optional<double>& bytes) {
  constexpr double gibibyte = 1024.0 * 1024 * 1024;
  return bytes ? fmt::format("{:.1f} GiB", *bytes / gibibyte) : "";
}

void put_machines(const CampaignReport& report, Section& section) {
  if (!report.machines) {
    section.blocks.emplace_back(LeftOut{"The machines", report.machines.error().message});
    return;
  }
  DataTable table{"The machines",
                  {Align::left, Align::right, Align::left, Align::right, Align::right, Align::left,
                   Align::left, Align::left},
                  {"host", "runs", "processor", "CPUs", "memory", "GPUs", "system", "Joulecast"},
                  {}};
  for (const auto& [host, runs] : *report.machines)
    table.rows.push_back({host.hostname, std::to_string(runs), host.cpu_model,
                          host.logical_cpus ? std::to_string(*host.logical_cpus) : "",
                          memory_text(host.memory_bytes), report::join(host.gpus, ", "), host.os,
                          host.joulecast_version});
  section.blocks.emplace_back(std::move(table));
}

/// What the plan says of all runs alike: data, framework, and whichever version the user has named.
void put_tags(const Plan& plan, DataTable& table) {
  for (const auto& [name, value] : plan.tags)
    if (const auto names = placeholders_of(value); names && names->empty())
      table.rows.push_back({"tag " + name, value});
}

}  // namespace

Section failures_section(const CampaignReport& report) {
  Section section{"What did not finish", 1, {}};
  DataTable table{"Repetitions that failed for good",
                  {Align::left, Align::right, Align::left, Align::left},
                  {"cell", "failed", "how", "the last because of"},
                  {}};
  for (const auto& cell : report.facts.cells) {
    if (cell.failed == 0) continue;
    std::vector<std::string> kinds;
    for (const auto& [outcome, count] : cell.failures)
      kinds.push_back(fmt::format("{} {}", count, in_words(outcome)));
    table.rows.push_back({cell.title, fmt::format("{} of {}", cell.failed, cell.failed + cell.finished),
                          report::join(kinds, ", ") + (cell.given_up ? "; given up" : ""), cell.last_reason});
  }
  if (table.rows.empty())
    section.blocks.emplace_back(Paragraph{"Every repetition that was made has finished."});
  else
    section.blocks.emplace_back(std::move(table));
  return section;
}

Section drift_section(const CampaignReport& report) {
  Section section{"Drift of the machine", 1, {}};
  if (!report.plan.reference)
    section.blocks.emplace_back(LeftOut{"Drift", "the plan has no reference configuration"});
  else if (report.references.empty())
    section.blocks.emplace_back(LeftOut{"Drift", "the reference has not run yet"});
  else
    section.blocks.emplace_back(drift_figure(report));
  return section;
}

Section conditions_section(const CampaignReport& report) {
  Section section{"Noise, throttling, warm-up", 1, {}};
  put_noise(report.state, section);
  put_throttling(report.facts, report.state, section);
  put_warm_ups(report.state, section);
  put_cool_downs(report.state, section);
  return section;
}

Section method_section(const CampaignReport& report) {
  Section section{"How it was measured", 1, {}};
  const auto& plan = report.plan;
  DataTable table{"", {Align::left, Align::left}, {"", ""}, {}};
  const auto put = [&](const std::string& name, const std::string& text) {
    if (!text.empty()) table.rows.push_back({name, text});
  };
  put("campaign", plan.name);
  put("plan", plan.file.filename().string());
  put("command", report::join(plan.command, " "));
  for (const auto& factor : plan.factors) put(factor.name, report::join(factor.levels, ", "));
  put("order", plan.order == Order::random
                   ? fmt::format("random in blocks of one repetition of each cell, seed {}", plan.seed)
                   : "as written, in blocks of one repetition of each cell");
  put_tags(plan, table);
  std::set<std::string> hosts;
  for (const auto& session : report.state.sessions) hosts.insert(session.host);
  put("hosts", report::join({hosts.begin(), hosts.end()}, ", "));
  put("sessions", std::to_string(report.state.sessions.size()));
  if (!report.state.runs.empty()) {
    put("first run", to_iso8601(report.state.runs.front().began));
    put("last run", to_iso8601(report.state.runs.back().ended));
  }
  if (!report.state.sessions.empty() && report.state.sessions.back().idle)
    put("power of the idle machine", to_text(*report.state.sessions.back().idle));
  section.blocks.emplace_back(std::move(table));
  put_machines(report, section);
  const auto changed = changed_facts(report.state.facts, facts_of(plan));
  if (!report.state.facts.empty() && !changed.empty())
    section.blocks.emplace_back(
        Paragraph{"Since the last run the plan has changed in: " + report::join(changed, ", ") + "."});
  return section;
}

}  // namespace joulecast::lab
