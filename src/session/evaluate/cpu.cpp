#include "session/evaluate/cpu.hpp"

#include <algorithm>
#include <cmath>

#include "hardware/catalogue.hpp"
#include "hardware/cpu_power_table.hpp"
#include "stats/summary.hpp"

namespace joulecast::session {
namespace {

using hardware::CpuPowerCoefficients;
using hardware::MeasuredCpu;

/// Fewer cannot tell the cores' power from that of the rest.
constexpr std::size_t fewest_cpus_for_fit = 4;
/// Of every other CPU's readings, this share determines the width of the interval.
constexpr double covered_share = 0.75;

/// Measured over modelled power of each reading.
std::vector<double> ratios(const MeasuredCpu& measured, const CpuPowerCoefficients& coefficients,
                           bool with_clock) {
  std::vector<double> list;
  for (const auto& reading : measured.readings) {
    const auto clock = with_clock ? reading.clock_ghz : std::nullopt;
    list.push_back(reading.power / cpu_power(measured.cpu, reading.utilisation, clock, coefficients));
  }
  return list;
}

CpuScores scores_of(const std::vector<double>& ratios, double uncertainty) {
  CpuScores scores;
  std::vector<double> errors;
  const auto n = static_cast<double>(ratios.size());
  int covered = 0;
  for (const double ratio : ratios) {
    errors.push_back(100 * std::abs(1 / ratio - 1));
    scores.mean_ape += errors.back() / n;
    covered += std::abs(ratio - 1) <= uncertainty ? 1 : 0;
    scores.interval_width += 100 * 2 * uncertainty / ratio / n;
  }
  scores.coverage = covered / n;
  scores.median_ape = stats::median(errors);
  return scores;
}

struct Judged {
  const hardware::CpuPowerGroup* group;
  CpuKnowledge knowledge;
  CpuPowerCoefficients coefficients;
  std::vector<double> with_clock, without_clock;  ///< ratios()

  /// The half-width of an interval, as a share of the modelled power, that covers enough of the readings.
  [[nodiscard]] double half_width() const {
    double widest = 0;
    for (const auto* list : {&with_clock, &without_clock}) {
      std::vector<double> off;
      for (const double ratio : *list) off.push_back(std::abs(ratio - 1));
      std::ranges::sort(off);
      widest = std::max(widest, stats::quantile_sorted(off, covered_share));
    }
    return widest;
  }
};

/// Machines with other processors, measured under load.
std::vector<const MeasuredCpu*> others_than(const std::vector<hardware::CpuPowerGroup>& groups,
                                            const std::string& left_out) {
  const auto name = hardware::normalised_cpu_name(left_out);
  std::vector<const MeasuredCpu*> others;
  for (const auto& group : groups)
    if (!group.measured.readings.empty() && hardware::normalised_cpu_name(group.name) != name)
      others.push_back(&group.measured);
  return others;
}

std::vector<Judged> judge(const std::vector<hardware::CpuPowerGroup>& groups) {
  std::vector<Judged> list;
  for (const auto& group : groups) {
    if (group.measured.readings.empty()) continue;
    Judged judged{&group, CpuKnowledge::new_cpu, hardware::shipped_cpu_coefficients(), {}, {}};
    if (hardware::is_fitted_cpu(group.name)) {
      const auto others = others_than(groups, group.name);
      const bool enough = others.size() >= fewest_cpus_for_fit;
      judged.knowledge = enough ? CpuKnowledge::left_out : CpuKnowledge::fitted;
      if (enough) judged.coefficients = hardware::fit_cpu_power(others);
    }
    judged.with_clock = ratios(group.measured, judged.coefficients, true);
    judged.without_clock = ratios(group.measured, judged.coefficients, false);
    list.push_back(std::move(judged));
  }
  return list;
}

/// The interval of a CPU that is left out knows the errors of the others only.
double uncertainty_of(const Judged& judged, const std::vector<Judged>& all) {
  if (judged.knowledge != CpuKnowledge::left_out)
    return hardware::cpu_power_uncertainty_of(judged.group->measured.cpu.kind);
  double widest = 0;
  for (const auto& other : all)
    if (hardware::normalised_cpu_name(other.group->name) != hardware::normalised_cpu_name(judged.group->name))
      widest = std::max(widest, other.half_width());
  return widest;
}

CpuEvaluationGroup group_of(const Judged& judged, double uncertainty) {
  const auto& measured = judged.group->measured;
  CpuEvaluationGroup group;
  group.cpu = judged.group->name;
  group.sockets = judged.group->sockets;
  group.cores = measured.cpu.cores;
  group.knowledge = judged.knowledge;
  group.rows = measured.readings.size();
  group.clock_given =
      std::ranges::any_of(measured.readings, [](const auto& r) { return r.clock_ghz.has_value(); });
  group.scores = scores_of(judged.with_clock, uncertainty);
  group.without_clock = scores_of(judged.without_clock, uncertainty);
  group.idle = judged.group->idle_power;
  group.modelled_idle = hardware::cpu_power(measured.cpu, 0, {}, judged.coefficients);
  return group;
}

CpuScores mean_of(const std::vector<CpuEvaluationGroup>& groups, CpuScores CpuEvaluationGroup::*scores) {
  CpuScores mean;
  const auto n = static_cast<double>(groups.size());
  for (const auto& group : groups)
    for (const auto figure :
         {&CpuScores::mean_ape, &CpuScores::median_ape, &CpuScores::coverage, &CpuScores::interval_width})
      mean.*figure += (group.*scores).*figure / n;
  return mean;
}

}  // namespace

std::string_view name_of(CpuKnowledge knowledge) {
  switch (knowledge) {
    case CpuKnowledge::left_out:
      return "left out";
    case CpuKnowledge::fitted:
      return "fitted";
    case CpuKnowledge::new_cpu:
      break;
  }
  return "new";
}

Result<CpuEvaluation> evaluate_cpu(const CpuEvaluationRequest& request) {
  const auto table = hardware::read_cpu_power_tables(request.tables);
  if (!table) return propagate(table.error());
  const auto judged = judge(table->groups);
  if (judged.empty())
    return fail(ErrorKind::invalid, request.tables.empty() ? "" : request.tables.front().string(),
                "no row gives the power of a CPU package under load");
  CpuEvaluation evaluation;
  evaluation.unsteady_rows = table->unsteady_rows;
  for (const auto& cpu : judged) {
    evaluation.groups.push_back(group_of(cpu, uncertainty_of(cpu, judged)));
    evaluation.rows += evaluation.groups.back().rows;
  }
  evaluation.scores = mean_of(evaluation.groups, &CpuEvaluationGroup::scores);
  evaluation.without_clock = mean_of(evaluation.groups, &CpuEvaluationGroup::without_clock);
  return evaluation;
}

}  // namespace joulecast::session
