#include "hardware/cpu_power_table.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <tuple>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "hardware/catalogue.hpp"

namespace joulecast::hardware {
namespace {

constexpr double most_cores = 4096;  ///< of a socket

/// "16" of "AMD Ryzen Threadripper 1950X 16-Core Processor".
std::optional<double> cores_in(std::string_view name) {
  const auto at = name.find("-Core");
  if (at == std::string_view::npos) return {};
  auto begin = at;
  while (begin > 0 && std::isdigit(static_cast<unsigned char>(name[begin - 1])) != 0) --begin;
  const auto cores = parse_double(name.substr(begin, at - begin));
  return cores && *cores >= 1 && *cores <= most_cores ? cores : std::nullopt;
}

struct Group {
  CpuPowerGroup result;
  double idle_sum = 0;
  int idle_rows = 0;
};

/// Normalised name, sockets, cores, threads a core: one kind of machine.
using Key = std::tuple<std::string, int, int, int>;

/// Reads one table into the groups.
class Reader {
 public:
  Reader(const CsvTable& table, std::map<Key, Group>& groups, std::size_t& unsteady_rows)
      : table_(table), groups_(groups), unsteady_rows_(unsteady_rows) {}

  Status read() {
    const auto name = table_.needed_column("cpu");
    if (!name) return propagate(name.error());
    const auto load = either("load_pct", "cpu_load_pct"), power = either("power_w", "rapl_package_w");
    if (!load) return propagate(load.error());
    if (!power) return propagate(power.error());
    name_ = *name, load_ = *load, power_ = *power;
    clock_ = table_.find(table_.find("freq_mhz") ? "freq_mhz" : "cpu_mhz");
    for (std::size_t row = 0; row < table_.rows(); ++row)
      if (auto ok = read_row(row); !ok) return ok;
    return {};
  }

 private:
  Result<std::size_t> either(std::string_view ours, std::string_view codecarbons) const {
    if (const auto found = table_.find(codecarbons)) return *found;
    return table_.needed_column(ours);
  }

  /// A cell within limits; nothing where the column is absent or the cell empty.
  Result<std::optional<double>> number(std::size_t row, std::optional<std::size_t> column, double low,
                                       double high) const {
    if (!column) return std::optional<double>{};
    const auto value = table_.number(row, *column);
    if (value && *value && (**value < low || **value > high))
      return fail(ErrorKind::malformed, table_.where(row), "{} is {}, not {} to {}",
                  table_.columns()[*column], **value, low, high);
    return value;
  }
  Result<std::optional<double>> number(std::size_t row, const char* column, double low, double high) const {
    return number(row, table_.find(column), low, high);
  }
  [[nodiscard]] std::string_view word(std::size_t row, const char* column) const {
    const auto at = table_.find(column);
    return at ? table_.text(row, *at) : std::string_view{};
  }

  Status read_row(std::size_t row) {
    const auto scope = word(row, "scope");
    if (!scope.empty() && scope != "package") return {};
    const auto power = number(row, power_, 0, 1e5), load = number(row, load_, 0, 100),
               idle = number(row, "idle_power_w", 0, 1e5), target = number(row, "load_target_pct", 0, 1e3),
               clock = number(row, clock_, 1, 1e5);
    for (const auto* value : {&power, &load, &idle, &target, &clock})
      if (!*value) return propagate(value->error());
    if (!*power || !*load) return {};
    if (word(row, "notes").find("QUICK") != std::string_view::npos) {
      ++unsteady_rows_;
      return {};
    }
    const auto group = group_of(row);
    if (!group) return propagate(group.error());
    const bool at_no_load = **load <= 0 || *idle == *power || *target == 0.0;
    if (at_no_load) {
      (*group)->idle_sum += **power, ++(*group)->idle_rows;
      return {};
    }
    if (**power <= 0)
      return fail(ErrorKind::malformed, table_.where(row), "a processor under load draws power, not 0 W");
    CpuPowerReading reading{**load / 100, {}, Watts{**power}};
    if (*clock) reading.clock_ghz = **clock / 1000;
    (*group)->result.measured.readings.push_back(reading);
    return {};
  }

  Result<Group*> group_of(std::size_t row) {
    const std::string name(table_.text(row, name_));
    const auto sockets = number(row, "sockets", 1, 1024),
               cores = number(row, "cores_per_socket", 1, most_cores),
               threads = number(row, "threads_per_core", 1, 16),
               tdp = number(row, "tdp_w_per_socket", 0.1, 1e4);
    for (const auto* value : {&sockets, &cores, &threads, &tdp})
      if (!*value) return propagate(value->error());
    const auto cores_per_socket = *cores ? *cores : cores_in(name);
    if (!cores_per_socket)
      return fail(ErrorKind::malformed, table_.where(row), "cores_per_socket of '{}' is not known", name);
    CpuDescription cpu;
    const int packages = static_cast<int>(sockets->value_or(1));
    cpu.cores = static_cast<int>(*cores_per_socket) * packages;
    cpu.threads_per_core = static_cast<int>(threads->value_or(2));
    auto [found, is_new] =
        groups_.try_emplace({normalised_cpu_name(name), packages, cpu.cores, cpu.threads_per_core});
    if (!is_new) return &found->second;
    auto watts = *tdp;
    if (!watts) {
      const auto known = find_cpu(name);
      if (!known) return fail(ErrorKind::malformed, table_.where(row), "{}", known.error().message);
      watts = known->tdp.value();
    }
    cpu.tdp = Watts{*watts} * packages;
    cpu.kind = cpu_class_of(name);
    cpu.design = cpu_design_of(name);
    auto& group = found->second.result;
    group.name = name;
    group.sockets = packages;
    group.measured.cpu = cpu;
    return &found->second;
  }

  const CsvTable& table_;
  std::map<Key, Group>& groups_;
  std::size_t& unsteady_rows_;
  std::size_t name_ = 0, load_ = 0, power_ = 0;
  std::optional<std::size_t> clock_;
};

}  // namespace

Result<CpuPowerTable> read_cpu_power_tables(const std::vector<std::filesystem::path>& files) {
  CpuPowerTable all;
  std::map<Key, Group> groups;
  for (const auto& file : files) {
    const auto table = CsvTable::read(file, CsvKind::data);
    if (!table) return propagate(table.error());
    if (auto ok = Reader(*table, groups, all.unsteady_rows).read(); !ok) return propagate(ok.error());
  }
  for (auto& [key, group] : groups) {
    if (group.idle_rows > 0) group.result.idle_power = Watts{group.idle_sum / group.idle_rows};
    all.groups.push_back(std::move(group.result));
  }
  std::ranges::stable_sort(all.groups, {}, &CpuPowerGroup::name);
  return all;
}

}  // namespace joulecast::hardware
