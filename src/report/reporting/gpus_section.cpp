// Each GPU's power, how evenly they worked, and how busy they were when they drew it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/reporting/sections.hpp"
#include "report/runs/run_text.hpp"

namespace joulecast::report {
namespace {

using session::DevicePower;
using session::PowerCourse;

constexpr std::size_t most_dots = 1500;

std::vector<const DevicePower*> gpus_of(const PowerCourse& course) {
  std::vector<const DevicePower*> gpus;
  for (const auto& device : course.devices)
    if (device.component == trace::Component::gpu) gpus.push_back(&device);
  return gpus;
}

std::string name_of_device(const DevicePower& device) {
  return component_text(device.component, device.device, device.node);
}

double highest_of(const std::vector<const DevicePower*>& gpus) {
  double highest = 0;
  for (const auto* gpu : gpus)
    for (const double watts : gpu->watts) highest = std::fmax(highest, watts);
  return highest;
}

DataTable gpus_table(const session::RunSummary& summary) {
  DataTable table{"Energy of each GPU",
                  {Align::left, Align::right, Align::right, Align::right},
                  {"GPU", "energy", "share", "mean utilisation"},
                  {}};
  Joules all{0};
  for (const auto& row : summary.energy.components)
    if (row.component == trace::Component::gpu && row.energy) all += *row.energy;
  for (const auto& row : summary.energy.components) {
    if (row.component != trace::Component::gpu) continue;
    const auto mean = std::ranges::find_if(summary.means, [&](const session::GaugeMean& m) {
      return m.component == row.component && m.device == row.device && m.node == row.node &&
             m.quantity == trace::Quantity::utilisation;
    });
    table.rows.push_back({component_text(row.component, row.device, row.node),
                          row.energy ? to_text(*row.energy) : "unknown",
                          row.energy && all > Joules{0} ? percent(*row.energy / all) : "",
                          mean != summary.means.end() ? percent(mean->mean) : ""});
  }
  return table;
}

Figure gpus_figure(const session::ReportedRun& run, const std::vector<const DevicePower*>& gpus) {
  const auto& course = *run.power;
  const auto time = time_axis("time", run.summary.run.span.length().value());
  const auto power = power_axis("power", highest_of(gpus));
  Panels panels{"Power of each GPU", "all with the same scale", {}, true, ""};
  for (const auto* gpu : gpus) {
    Plot plot;
    plot.title = name_of_device(*gpu);
    plot.x.label = time.label;
    plot.x.min = run.summary.run.span.begin.value() / time.divisor;
    plot.x.max = run.summary.run.span.end.value() / time.divisor;
    plot.y.label = power.label.substr(power.label.find(", ") + 2);
    plot.y.min = 0;
    Series line{"", Mark::line, {}, {}, {}};
    for (std::size_t i = 0; i < course.steps(); ++i) {
      line.x.push_back(course.middle(i) / time.divisor);
      line.y.push_back(gpu->watts[i] / power.divisor);
    }
    line.look = 0;
    plot.series.push_back(std::move(line));
    panels.plots.push_back(std::move(plot));
  }
  const auto imbalance = session::imbalance_of(run.summary.energy);
  const auto caption =
      imbalance ? fmt::format("{} GPUs; the one with the most energy used {:.1f} % more than their mean.",
                              gpus.size(), 100 * *imbalance)
                : fmt::format("{} GPUs.", gpus.size());
  panels.description = caption;
  return {std::move(panels), caption, gpus_table(run.summary)};
}

Figure utilisation_figure(const session::ReportedRun& run, const std::vector<const DevicePower*>& gpus) {
  const auto power = power_axis("power", highest_of(gpus));
  Plot plot;
  plot.title = "Utilisation against power";
  plot.x = {.label = "GPU utilisation, %", .min = 0, .max = 100};
  plot.y.label = power.label;
  plot.y.min = 0;
  Series dots{"", Mark::dots, {}, {}, {}, true};
  const auto stride = run.power->steps() * gpus.size() / most_dots + 1;
  for (const auto* gpu : gpus)
    for (std::size_t i = 0; i < gpu->utilisation.size(); i += stride) {
      dots.x.push_back(100 * gpu->utilisation[i]);
      dots.y.push_back(gpu->watts[i] / power.divisor);
    }
  plot.series.push_back(std::move(dots));
  DataTable table{"Where the GPUs' energy went",
                  {Align::left, Align::right, Align::right, Align::right},
                  {"utilisation", "GPU time", "energy", "share of the energy"},
                  {}};
  Joules all{0};
  const auto shares = session::energy_by_utilisation(*run.power);
  for (const auto& share : shares) all += share.energy;
  auto caption = fmt::format("Each dot is a step of the run{}{}.", gpus.size() > 1 ? " of one GPU" : "",
                             stride > 1 ? ", of which some are shown" : "");
  for (const auto& share : shares) {
    const auto part = all > Joules{0} ? share.energy / all : 0;
    table.rows.push_back({fmt::format("{:.0f} to {:.0f} %", 100 * share.from, 100 * share.to),
                          to_text(share.time), to_text(share.energy), percent(part)});
    if (share.from == 0)
      caption += fmt::format(" {} of the GPUs' energy was spent while they were less than {:.0f} % busy.",
                             percent(part), 100 * share.to);
  }
  plot.description = caption;
  return {std::move(plot), caption, std::move(table)};
}

}  // namespace

Section gpus_section(const session::ReportedRun& run) {
  Section section{"GPUs", 2, {}};
  const auto gpus = run.power ? gpus_of(*run.power) : std::vector<const DevicePower*>{};
  if (gpus.empty()) {
    section.blocks.push_back(LeftOut{"GPUs", "the run has no power of single GPUs"});
    return section;
  }
  if (gpus.size() > 1)
    section.blocks.push_back(gpus_figure(run, gpus));
  else
    section.blocks.push_back(LeftOut{"Balance between GPUs", "there is only one"});
  const bool busy = std::ranges::any_of(gpus, [](const auto* gpu) { return !gpu->utilisation.empty(); });
  if (busy)
    section.blocks.push_back(utilisation_figure(run, gpus));
  else
    section.blocks.push_back(LeftOut{"Utilisation against power", "no GPU told how busy it was"});
  return section;
}

}  // namespace joulecast::report
