// The accuracy of the modelled CPU power: compares RAPL readings at controlled loads with our model and with
// CodeCarbon's estimate at the same moments. Usage: cpu_power_bench [cpu-load-power.csv]
//
// The table has the columns cpu, load_target_pct, logical_cpus, cpu_load_pct, rapl_package_w,
// codecarbon_estimate_w. "As shipped" is hardware::cpu_power. "Left out" fits idle share and steepness to the
// other CPUs only. This is not a clean hold-out: full_share by class is never fitted, but the figures for
// servers and workstations were chosen with these readings known. Only CPUs outside this table can show how
// well the model generalises.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <vector>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "hardware/catalogue.hpp"
#include "hardware/cpu_power.hpp"
#include "support/shared_data.hpp"

namespace {
using namespace joulecast;
using hardware::CpuPowerParameters;

struct Moment {
  double utilisation = 0;
  double watts = 0;
  double codecarbon = 0;
  /// A load was applied. Some boards report a watt or less for the unloaded sockets.
  bool loaded = false;
};

struct Measured {
  std::string name;
  Watts tdp{0};
  CpuPowerParameters shipped{};
  std::vector<Moment> moments;
};

Result<std::vector<Measured>> read(const std::filesystem::path& file) {
  const auto table = CsvTable::read(file, CsvKind::data);
  if (!table) return propagate(table.error());
  const char* names[] = {"cpu", "load_target_pct", "cpu_load_pct", "rapl_package_w", "codecarbon_estimate_w"};
  std::size_t at[5];
  for (int i = 0; i < 5; ++i) {
    const auto column = table->needed_column(names[i]);
    if (!column) return propagate(column.error());
    at[i] = *column;
  }
  std::map<std::string, Measured> cpus;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    const auto number = [&](int i) { return parse_double(table->text(row, at[i])); };
    if (!number(1) || !number(2) || !number(3) || !number(4)) continue;
    auto& cpu = cpus[std::string(table->text(row, at[0]))];
    cpu.moments.push_back({*number(2) / 100, *number(3), *number(4), *number(1) > 0});
  }
  std::vector<Measured> list;
  for (auto& [name, cpu] : cpus) {
    cpu.name = name;
    const auto known = hardware::find_cpu(name);
    if (!known) {
      fmt::print("{}: TDP not known, left out\n", name);
      continue;
    }
    cpu.tdp = known->tdp;
    cpu.shipped = hardware::cpu_power_parameters({cpu.tdp, hardware::cpu_class_of(name), true});
    list.push_back(std::move(cpu));
  }
  return list;
}

struct Score {
  double mape = 0;
  double coverage = 0;
};

template <class Predict>
Score score(const Measured& cpu, bool all, double uncertainty, Predict predict) {
  double sum = 0, inside = 0;
  int n = 0;
  for (const auto& moment : cpu.moments) {
    if (!all && !moment.loaded) continue;
    const double p = predict(moment);
    sum += std::abs(p - moment.watts) / moment.watts;
    inside += std::abs(p - moment.watts) <= uncertainty * p ? 1 : 0;
    ++n;
  }
  return n == 0 ? Score{} : Score{100 * sum / n, 100 * inside / n};
}

Score score(const Measured& cpu, bool all, const CpuPowerParameters& p) {
  return score(cpu, all, p.uncertainty,
               [&](const Moment& m) { return hardware::cpu_power(cpu.tdp, p, m.utilisation).value(); });
}

/// Error of idle share and steepness on one CPU with its own best full share, found on a grid.
double fit_error(const Measured& cpu, CpuPowerParameters p) {
  double best = INFINITY;
  for (p.full_share = 0.3; p.full_share <= 2; p.full_share += 0.02)
    best = std::min(best, score(cpu, false, p).mape);
  return best;
}

/// Prior: two threads per core suggest a steepness of 2, and a few CPUs may move it only a little. In % of
/// error per unit of steepness squared.
constexpr double prior_steepness = 2, prior_weight = 25;

CpuPowerParameters fit_without(const std::vector<Measured>& cpus, const Measured& left_out) {
  CpuPowerParameters best{0.05, 1, prior_steepness, 0};
  double least = INFINITY;
  for (const double idle : {0.02, 0.04, 0.06, 0.08})
    for (double steepness = 1.5; steepness <= 4; steepness += 0.1) {
      double error = 0;
      int n = 0;
      for (const auto& cpu : cpus)
        if (&cpu != &left_out) error += fit_error(cpu, {idle, 1, steepness, 0}), ++n;
      error = (n > 0 ? error / n : 0) + prior_weight * std::pow(steepness - prior_steepness, 2);
      if (error < least) least = error, best = {idle, 1, steepness, 0};
    }
  best.full_share = left_out.shipped.full_share;
  best.uncertainty = left_out.shipped.uncertainty;
  return best;
}

void print_row(const char* what, const Score& loaded, const Score& all, const char* note) {
  fmt::print("  {:<22} {:>8.1f} % {:>8.1f} %   {}\n", what, loaded.mape, all.mape, note);
}

void print(const std::vector<Measured>& cpus) {
  for (const auto& cpu : cpus) {
    const auto left_out = fit_without(cpus, cpu);
    const auto codecarbon = [](const Moment& m) { return m.codecarbon; };
    fmt::print("{} (TDP {:.0f} W, {} class)\n", cpu.name, cpu.tdp.value(),
               hardware::name_of(hardware::cpu_class_of(cpu.name)));
    fmt::print("  {:<22} {:>10} {:>10}\n", "mean error of power", "loaded", "all rows");
    const auto shipped = score(cpu, false, cpu.shipped);
    print_row("as shipped", shipped, score(cpu, true, cpu.shipped),
              fmt::format("{:.0f} % of loaded rows inside the 90 % interval of ±{:.0f} %", shipped.coverage,
                          100 * cpu.shipped.uncertainty)
                  .c_str());
    print_row("left out of the fit", score(cpu, false, left_out), score(cpu, true, left_out),
              fmt::format("idle {:.2f}, steepness {:.1f}", left_out.idle_share, left_out.steepness).c_str());
    print_row("CodeCarbon", score(cpu, false, 0, codecarbon), score(cpu, true, 0, codecarbon), "");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path file =
      argc > 1 ? argv[1] : joulecast::testing::shared_data() / "tables" / "cpu-load-power.csv";
  const auto cpus = read(file);
  if (!cpus) {
    fmt::print(stderr, "cpu_power_bench: {}\n", to_string(cpus.error()));
    return 2;
  }
  print(*cpus);
  return 0;
}
