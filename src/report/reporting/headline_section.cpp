// What it cost: energy, money, emissions, and how much of it was measured.
#include <fmt/format.h>

#include <set>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/reporting/sections.hpp"
#include "report/runs/run_text.hpp"
#include "report/runs/run_words.hpp"

namespace joulecast::report {
namespace {

/// The components whose meters state how sure they are, if others in the total do not.
std::string stated_alone(const trace::RunEnergy& energy) {
  std::set<std::string> stated;
  bool others = false;
  for (const auto& row : energy.components) {
    if (!row.in_total || !row.energy) continue;
    if (row.relative_uncertainty > 0)
      stated.insert(std::string(name_of(row.component)));
    else
      others = true;
  }
  return others ? join({stated.begin(), stated.end()}, " and ") : "";
}

std::string energy_sentence(const session::ReportedRun& run) {
  const auto& energy = run.summary.energy;
  if (!energy.total) return "The energy is unknown: no source of energy could be read.";
  auto text = fmt::format("{} ({})", kilowatt_hours(*energy.total), to_text(*energy.total));
  const auto interval = interval_of(energy, "and");
  text += interval.empty() ? ", as the meters tell it; they state no interval."
                           : ": between " + interval + " (90 % interval).";
  if (!energy.missing.empty())
    text += fmt::format(" Without {}, which nothing measured.", join(energy.missing, " and "));
  if (const auto alone = stated_alone(energy); !interval.empty() && !alone.empty())
    text += fmt::format(" The interval is that of {} alone: what reads the rest states none.", alone);
  constexpr double nearly_all = 0.99;
  if (energy.not_measured)
    text += fmt::format(" {} in which nothing measured a part of it are not counted for that part.",
                        to_text(*energy.not_measured));
  else if (energy.coverage < nearly_all)
    text += fmt::format(
        " Readings cover {} of the time; its short gaps are filled with the power that was read beside them.",
        percent(energy.coverage));
  return text;
}

/// Of a run that is still going on: what the whole is expected to take.
std::string outlook_sentence(const session::ReportedRun& run) {
  if (run.summary.run.status != trace::RunStatus::running) return "";
  std::string text = "The run is still going on: all figures are those so far.";
  if (!run.forecast || run.forecast->points.empty()) return text;
  const auto& last = run.forecast->points.back();
  text += fmt::format(" Forecast of the whole: {}", kilowatt_hours(last.total));
  if (last.low && last.high)
    text += fmt::format(" (90 % interval {} to {})", kilowatt_hours(*last.low), kilowatt_hours(*last.high));
  return text + (last.ready ? "." : ", not yet dependable.");
}

void put_costs(Section& section, const session::ReportedRun& run, const session::RunsReport& report) {
  const auto& carbon = run.summary.carbon;
  if (run.money && report.price)
    section.blocks.push_back(Paragraph{
        fmt::format("Price: {}, at {} per kWh{}.", money_text(*run.money), money_text(*report.price),
                    carbon.pue_given ? fmt::format(" and a PUE of {:.4g}", carbon.pue) : "")});
  else if (!report.price)
    section.blocks.push_back(LeftOut{"Price", "the price of a kWh is not known (--price says it)"});
  if (carbon.mass && carbon.intensity)
    section.blocks.push_back(
        Paragraph{fmt::format("Emissions: {}, {}. The intensity is a yearly mean and thereby assumed{}.",
                              to_text(*carbon.mass), carbon.intensity->source,
                              carbon.pue_given ? fmt::format("; PUE {:.4g}", carbon.pue)
                                               : "; the machine alone, as no --pue was given")});
  else
    section.blocks.push_back(LeftOut{"Emissions", carbon.reason});
}

void put_shares(Section& section, const session::ReportedRun& run) {
  if (!run.shares) return;
  const auto& shares = *run.shares;
  std::size_t look = 0;  // the same for a provenance in every report
  ShareBar bar{"Where the figure comes from", {}};
  DataTable table{"", {Align::left, Align::right}, {"provenance", "share of the energy"}, {}};
  for (const auto& [name, share] :
       {std::pair{"measured", shares.measured}, std::pair{"modelled", shares.modelled},
        std::pair{"assumed", shares.assumed}}) {
    if (share > 0) bar.parts.push_back({fmt::format("{} {}", name, percent(share)), share, look});
    table.rows.push_back({name, percent(share)});
    ++look;
  }
  section.blocks.push_back(
      Figure{std::move(bar), fmt::format("Of the energy, {}.", shares_text(shares)), table});
}

/// "100 % measured, without cpu and 33.0 s"
std::string provenance_text(const session::ReportedRun& run) {
  if (!run.shares) return "";
  const auto left_out = left_out_text(run.summary.energy);
  return shares_text(*run.shares) + (left_out.empty() ? "" : ", without " + left_out);
}

DataTable runs_table(const session::RunsReport& report) {
  DataTable table{
      "The runs",
      {Align::left, Align::left, Align::right, Align::right, Align::left, Align::left, Align::right},
      {"run", "status", "duration", "energy", "90 % interval", "provenance", "emissions"},
      {}};
  const auto labels = labels_of(report);
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    const auto& run = report.runs[i];
    const auto& energy = run.summary.energy;
    const auto& mass = run.summary.carbon.mass;
    table.rows.push_back({labels[i], status_text(run.summary.run), to_text(run.summary.run.span.length()),
                          energy.total ? kilowatt_hours(*energy.total) : "unknown",
                          energy.total ? or_not_stated(interval_of(energy)) : "", provenance_text(run),
                          mass ? to_text(*mass) : "unknown"});
    if (run.money) table.rows.back().push_back(money_text(*run.money));
  }
  if (report.price) {
    table.columns.push_back(Align::right);
    table.header.emplace_back("price");
  }
  return table;
}

}  // namespace

Section headline_section(const session::RunsReport& report) {
  Section section{"What it cost", 1, {}};
  if (report.runs.size() > 1) {
    Joules sum{0};
    bool all = true, whole = true;
    for (const auto& run : report.runs) {
      all = all && run.summary.energy.total;
      whole = whole && left_out_text(run.summary.energy).empty();
      sum += run.summary.energy.total.value_or(Joules{0});
    }
    section.blocks.push_back(
        Paragraph{fmt::format("{} runs used {} in all{}{}.", report.runs.size(), kilowatt_hours(sum),
                              all ? "" : ", without those of unknown energy",
                              whole ? "" : ", without what was not measured of some, as the table says")});
    section.blocks.push_back(runs_table(report));
    return section;
  }
  const auto& run = report.runs.front();
  section.blocks.push_back(Paragraph{energy_sentence(run)});
  if (const auto outlook = outlook_sentence(run); !outlook.empty())
    section.blocks.push_back(Paragraph{outlook});
  put_costs(section, run, report);
  put_shares(section, run);
  return section;
}

}  // namespace joulecast::report
