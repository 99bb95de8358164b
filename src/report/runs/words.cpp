#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.hpp"
#include "report/run_words.hpp"
#include "report/runs/runs_report.hpp"
#include "report/runs/sections.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

/// A longer name would push the figures of a table out of sight.
constexpr std::size_t longest_label = 48;

std::string share_text(double share, std::string_view word) {
  return fmt::format("{} {}", percent(share), word);
}

/// "resnet18 on CIFAR-10", as far as it is known
std::string training_text(const trace::TrainingDescription& training) {
  std::string text = training.architecture;
  if (!training.dataset.empty()) text += (text.empty() ? "a training on " : " on ") + training.dataset;
  return text;
}

std::string machine_text(const trace::Run& run) {
  if (!run.info.training.gpu.empty()) {
    const auto count = run.info.training.gpu_count.value_or(1);
    return count > 1 ? fmt::format("{} x {}", count, run.info.training.gpu) : run.info.training.gpu;
  }
  if (!run.host.gpus.empty()) return join(run.host.gpus, ", ");
  return run.host.cpu_model;
}

std::string sensors_text(const trace::Run& run) {
  std::vector<std::string> names;
  for (const auto& sensor : run.sensors)
    if (sensor.used && sensor.readings > 0) names.push_back(sensor.sensor);
  if (names.empty())
    for (const auto& trace : run.traces)
      if (!trace.channel.sensor.empty() && std::ranges::find(names, trace.channel.sensor) == names.end())
        names.push_back(trace.channel.sensor);
  return join(names, ", ");
}

}  // namespace

const std::string& label_of(const session::ReportedRun& run) {
  const auto& info = run.summary.run.info;
  return info.name.empty() ? info.id : info.name;
}

std::vector<std::string> labels_of(const session::RunsReport& report) {
  std::vector<std::string> labels;
  for (const auto& run : report.runs) {
    const auto label = shorten(label_of(run), longest_label);
    const auto namesakes = std::ranges::count_if(
        report.runs, [&](const auto& other) { return shorten(label_of(other), longest_label) == label; });
    const auto& id = run.summary.run.info.id;
    constexpr std::size_t ending = 4;  // which the store takes for the run
    labels.push_back(namesakes > 1 ? label + " " + id.substr(id.size() - std::min(ending, id.size()))
                                   : label);
  }
  return labels;
}

std::string kilowatt_hours(Joules energy) {
  return to_text(to_kilowatt_hours(energy));
}

std::string interval_of(const trace::RunEnergy& energy, std::string_view between) {
  if (!energy.total || energy.relative_uncertainty <= 0) return "";
  const auto low = *energy.total * std::max(0.0, 1 - energy.relative_uncertainty);
  const auto high = *energy.total * (1 + energy.relative_uncertainty);
  return fmt::format("{} {} {}", kilowatt_hours(low), between, kilowatt_hours(high));
}

std::string money_text(const session::Money& money) {
  // Two digits that say something, and no power of ten: 0.0000077 EUR.
  const bool is_small = money.amount > 1e-12 && money.amount < 0.1;
  const int decimals = is_small ? 1 - static_cast<int>(std::floor(std::log10(money.amount))) : 2;
  const auto amount = fmt::format("{:.{}f}", money.amount, decimals);
  return money.currency.empty() ? amount : amount + " " + money.currency;
}

std::string shares_text(const session::ProvenanceShares& shares) {
  std::vector<std::string> parts;
  if (shares.measured > 0) parts.push_back(share_text(shares.measured, "measured"));
  if (shares.modelled > 0) parts.push_back(share_text(shares.modelled, "modelled"));
  if (shares.assumed > 0) parts.push_back(share_text(shares.assumed, "assumed"));
  return join(parts, ", ");
}

std::string or_not_stated(const std::string& text) {
  return text.empty() ? "not stated" : text;
}

std::string statement(const session::ReportedRun& reported) {
  const auto& summary = reported.summary;
  const auto& run = summary.run;
  const auto& energy = summary.energy;
  if (!energy.total)
    return fmt::format("The energy of {} is not known: nothing measured it.", label_of(reported));
  auto text = label_of(reported);
  if (const auto training = training_text(run.info.training); !training.empty())
    text += " (" + training + ")";
  text += fmt::format(" took {} and used {}", to_text(run.span.length()), kilowatt_hours(*energy.total));
  const auto interval = interval_of(energy);
  if (!interval.empty()) text += fmt::format(" (90 % interval {})", interval);
  if (const auto machine = machine_text(run); !machine.empty()) text += " on " + machine;
  text += ".";
  if (reported.shares) text += fmt::format(" Of this energy, {}.", shares_text(*reported.shares));
  if (const auto sensors = sensors_text(run); !sensors.empty())
    text += fmt::format(" The readings ({}) cover {} of the time.", sensors, percent(energy.coverage));
  if (!energy.missing.empty()) text += fmt::format(" Not counted: {}.", join(energy.missing, ", "));
  if (energy.not_measured)
    text += fmt::format(" The energy of {} is not in it, because nothing measured then.",
                        to_text(*energy.not_measured));
  if (summary.carbon.mass && summary.carbon.intensity) {
    text += fmt::format(" This corresponds to {} ({}", to_text(*summary.carbon.mass),
                        summary.carbon.intensity->source);
    text += summary.carbon.pue_given ? fmt::format("; PUE {:.4g}).", summary.carbon.pue)
                                     : "; the machine alone, without its building).";
  }
  const auto& version = run.host.joulecast_version;
  if (!version.empty()) text += fmt::format(" Measured with Joulecast {}.", version);
  return text;
}

std::string statement(const session::RunsReport& report) {
  Joules energy{0};
  Seconds time{0};
  std::size_t known = 0;
  std::set<std::string> missing;
  for (const auto& run : report.runs) {
    const auto& total = run.summary.energy.total;
    missing.insert(run.summary.energy.missing.begin(), run.summary.energy.missing.end());
    if (!total) continue;
    ++known;
    energy += *total;
    time += run.summary.run.span.length();
  }
  if (known == 0) return "The energy of the runs is not known: nothing measured it.";
  auto text =
      fmt::format("{} trainings took {} of time and used {} in all, {} each on average.", known,
                  to_text(time), kilowatt_hours(energy), kilowatt_hours(energy / static_cast<double>(known)));
  if (known < report.runs.size())
    text += fmt::format(" The energy of {} more is not known.", report.runs.size() - known);
  if (!missing.empty())
    text +=
        fmt::format(" Not counted in some or all of them: {}.", join({missing.begin(), missing.end()}, ", "));
  return text;
}

}  // namespace joulecast::report
