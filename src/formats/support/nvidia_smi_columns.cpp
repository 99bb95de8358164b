#include "formats/support/nvidia_smi_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/damage.hpp"
#include "formats/support/log_units.hpp"

namespace joulecast::formats::nvidia_smi {
namespace {

using trace::Quantity;

struct Name {
  std::string_view heading;
  Field field;
};

/// Names from nvidia-smi --help-query-gpu, their aliases, and the headings of the recorder of del Rey et al.
/// If two headings mean the same field, the one listed first here is used.
constexpr Name names[] = {
    {"timestamp", Field::timestamp},
    {"index", Field::index},
    {"gpu_index", Field::index},
    {"uuid", Field::uuid},
    {"gpu_uuid", Field::uuid},
    {"pci.bus_id", Field::bus_id},
    {"gpu_bus_id", Field::bus_id},
    {"pci.bus", Field::bus_id},
    {"name", Field::name},
    {"gpu_name", Field::name},
    {"power.draw", Field::power},
    {"gpu_power_draw", Field::power},
    {"power_draw", Field::power},
    {"power.draw.average", Field::power},
    {"power.draw.instant", Field::power},
    {"utilization.gpu", Field::utilisation},
    {"gpu_usage", Field::utilisation},
    {"gpu_utilization", Field::utilisation},
    {"utilization.memory", Field::memory_utilisation},
    {"gpu_memory_usage", Field::memory_utilisation},
    {"memory_utilization", Field::memory_utilisation},
    {"memory.used", Field::memory_used},
    {"gpu_memory_used", Field::memory_used},
    {"memory.total", Field::memory_total},
    {"gpu_total_memory", Field::memory_total},
    {"temperature.gpu", Field::temperature},
    {"gpu_temperature", Field::temperature},
    {"power.limit", Field::power_limit},
    {"enforced.power.limit", Field::power_limit},
    {"power.max_limit", Field::power_limit},
    {"gpu_max_power", Field::power_limit},
    {"clocks.current.sm", Field::clock},
    {"clocks.sm", Field::clock},
    {"clocks.current.graphics", Field::clock},
    {"clocks.gr", Field::clock},
};

/// Quantity of a field, including memory and power of a GPU; nothing for text fields.
std::optional<Quantity> quantity_of(Field field) {
  switch (field) {
    case Field::power:
    case Field::power_limit:
      return Quantity::power;
    case Field::utilisation:
    case Field::memory_utilisation:
      return Quantity::utilisation;
    case Field::memory_used:
    case Field::memory_total:
      return Quantity::memory_used;
    case Field::temperature:
      return Quantity::temperature;
    case Field::clock:
      return Quantity::frequency;
    default:
      return std::nullopt;
  }
}

/// The unit that nvidia-smi uses.
std::string_view usual_unit(Field field) {
  switch (quantity_of(field).value_or(Quantity::process_cpu)) {
    case Quantity::power:
      return "W";
    case Quantity::utilisation:
      return "%";
    case Quantity::memory_used:
      return "MiB";
    case Quantity::temperature:
      return "C";
    case Quantity::frequency:
      return "MHz";
    default:
      return "";
  }
}

const Name* find_name(std::string_view heading) {
  for (const auto& name : names)
    if (name.heading == heading) return &name;
  return nullptr;
}

struct Heading {
  std::string name;
  std::string_view unit;
};

/// Splits " power.draw [W]" into "power.draw" and "W".
Heading take_apart(std::string_view text) {
  text = trim(text);
  const auto open = text.find_first_of("[(");
  if (open == std::string_view::npos) return {to_lower(text), ""};
  const auto close = text.find_first_of("])", open);
  return {to_lower(trim(text.substr(0, open))), trim(text.substr(open + 1, close - open - 1))};
}

Column make_column(std::string heading, Field field, std::string_view stated_unit) {
  Column column{std::move(heading), field, std::string(usual_unit(field)), 1};
  if (const auto stated = unit_factor(field, stated_unit); stated && !stated_unit.empty())
    column.unit = std::string(stated_unit);
  column.factor = unit_factor(field, column.unit).value_or(1);
  return column;
}

/// The cells of one column in the first rows of a log.
struct Sample {
  std::vector<std::string_view> cells;
  [[nodiscard]] bool all(bool (*test)(std::string_view)) const {
    return !cells.empty() && std::ranges::all_of(cells, test);
  }
  [[nodiscard]] bool any(bool (*test)(std::string_view)) const { return std::ranges::any_of(cells, test); }
  [[nodiscard]] bool varies() const { return std::set(cells.begin(), cells.end()).size() > 1; }
};

std::vector<Sample> columns_of_rows(const std::vector<std::string_view>& rows) {
  std::vector<Sample> samples;
  for (const auto row : rows) {
    const auto cells = split(row, ',');
    if (samples.empty()) samples.resize(cells.size());
    if (cells.size() != samples.size()) continue;
    for (std::size_t i = 0; i < cells.size(); ++i) samples[i].cells.push_back(trim(cells[i]));
  }
  return samples;
}

/// Guesses a column's field from its own cells alone.
Field guess_alone(const Sample& sample) {
  if (sample.all([](auto cell) { return parse_civil_us(cell).has_value(); })) return Field::timestamp;
  if (sample.any([](auto cell) { return cell.ends_with(" W"); })) return Field::power;
  if (sample.any([](auto cell) { return cell.ends_with(" %"); })) return Field::utilisation;
  if (sample.any([](auto cell) { return cell.ends_with("MiB"); })) return Field::memory_used;
  if (sample.any([](auto cell) { return cell.starts_with("GPU-"); })) return Field::uuid;
  if (sample.all([](auto cell) { return std::ranges::count(cell, ':') == 2; })) return Field::bus_id;
  if (sample.any([](auto cell) { return cell.starts_with("NVIDIA") || cell.starts_with("Tesla"); }))
    return Field::name;
  return Field::ignored;
}

std::vector<std::size_t> columns_with(const std::vector<Column>& columns, Field field) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].field == field) found.push_back(i);
  return found;
}

}  // namespace

bool says_nothing(std::string_view text) {
  return text.empty() || (text.front() == '[' && text.back() == ']') || text == "ERR!" || text == "N/A" ||
         text == "Unknown Error" || text == "Not Supported" || text == "-";
}

trace::Channel channel_of(Field field, std::size_t gpu) {
  struct Description {
    std::string_view suffix;
    Quantity quantity;
  };
  static constexpr std::array<Description, channel_fields> descriptions{
      {{"power", Quantity::power},
       {"utilisation", Quantity::utilisation},
       {"memory_utilisation", Quantity::memory_utilisation},
       {"memory", Quantity::memory_used},
       {"temperature", Quantity::temperature},
       {"clock", Quantity::frequency}}};
  const auto& description = descriptions[static_cast<std::size_t>(field)];
  trace::Channel channel;
  channel.name = fmt::format("gpu{}_{}", gpu, description.suffix);
  channel.sensor = "nvidia-smi";
  channel.quantity = description.quantity;
  channel.component = trace::Component::gpu;
  return channel;
}

std::optional<double> unit_factor(Field field, std::string_view unit) {
  const auto quantity = quantity_of(field);
  return quantity ? log_unit_factor(*quantity, unit) : std::nullopt;
}

bool is_header(std::string_view line) {
  int known = 0;
  int cells = 0;
  for (const auto cell : split(line.substr(0, 4096), ',')) {
    ++cells;
    known += find_name(take_apart(cell).name) != nullptr ? 1 : 0;
  }
  // A row may contain a GPU called "name". A header consists of names only, but some may be newer than this
  // table. So a third of known names is required.
  return known > 0 && known * 3 >= cells;
}

std::vector<Column> columns_of_header(const std::vector<std::string_view>& headings) {
  std::vector<Column> columns;
  for (const auto text : headings) {
    const auto heading = take_apart(text);
    const auto* name = find_name(heading.name);
    columns.push_back(
        make_column(std::string(trim(text)), name == nullptr ? Field::ignored : name->field, heading.unit));
  }
  return columns;
}

Result<std::vector<Column>> guess_columns(const std::vector<std::string_view>& rows,
                                          const std::string& file) {
  const auto samples = columns_of_rows(rows);
  std::vector<Column> columns;
  for (const auto& sample : samples)
    columns.push_back(make_column(fmt::format("column {}", columns.size() + 1), guess_alone(sample), ""));
  const auto keep_one = [&](Field field, auto is_the_one) {
    for (const auto i : columns_with(columns, field))
      if (!is_the_one(i)) columns[i] = make_column(columns[i].heading, Field::ignored, "");
  };
  if (const auto powers = columns_with(columns, Field::power); powers.size() > 1) {
    // A power limit is constant, the power draw is not.
    keep_one(Field::power, [&](std::size_t i) { return samples[i].varies(); });
    if (columns_with(columns, Field::power).size() != 1)
      return fail(ErrorKind::malformed, place(file, 1),
                  "no header, and {} columns in watts: say which is which with --columns", powers.size());
  }
  const auto shares = columns_with(columns, Field::utilisation);
  keep_one(Field::utilisation, [&](std::size_t i) { return i == shares.front(); });
  if (shares.size() == 2)  // the order in which they are usually queried
    columns[shares[1]] = make_column(columns[shares[1]].heading, Field::memory_utilisation, "");
  // used, free or total memory: they cannot be told apart
  if (columns_with(columns, Field::memory_used).size() > 1)
    keep_one(Field::memory_used, [](std::size_t) { return false; });
  if (columns_with(columns, Field::power).empty())
    return fail(ErrorKind::malformed, place(file, 1),
                "no header, and no column in watts: say what the columns are with --columns");
  return columns;
}

bool has_power(const std::vector<Column>& columns) {
  return std::ranges::find(columns, Field::power, &Column::field) != columns.end();
}

void drop_empty_rivals(std::vector<Column>& columns, const std::vector<std::string_view>& rows) {
  const auto samples = columns_of_rows(rows);
  if (samples.size() != columns.size()) return;
  const auto has_value = [&](std::size_t i) {
    return samples[i].any([](std::string_view cell) { return !says_nothing(cell); });
  };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].field == Field::ignored || has_value(i)) continue;
    const auto rivals = columns_with(columns, columns[i].field);
    if (std::ranges::any_of(rivals, has_value)) columns[i].field = Field::ignored;
  }
}

void prefer_instant(std::vector<Column>& columns) {
  const auto is_instant = [](const Column& column) {
    return column.field == Field::power && take_apart(column.heading).name == "power.draw.instant";
  };
  if (std::ranges::none_of(columns, is_instant)) return;
  for (auto& column : columns)
    if (column.field == Field::power && !is_instant(column)) column.field = Field::ignored;
}

void drop_rivals(std::vector<Column>& columns) {
  const auto rank = [](const Column& column) {
    return find_name(take_apart(column.heading).name) - std::begin(names);
  };
  for (std::size_t i = 0; i < columns.size(); ++i)
    for (std::size_t j = 0; j < columns.size(); ++j)
      if (i != j && columns[i].field != Field::ignored && columns[i].field == columns[j].field &&
          find_name(take_apart(columns[i].heading).name) != nullptr &&
          find_name(take_apart(columns[j].heading).name) != nullptr &&
          (rank(columns[j]) < rank(columns[i]) || (rank(columns[j]) == rank(columns[i]) && j < i)))
        columns[i].field = Field::ignored;
}

}  // namespace joulecast::formats::nvidia_smi
