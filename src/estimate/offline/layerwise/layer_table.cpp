#include "estimate/offline/layerwise/layer_table.hpp"

#include <cmath>
#include <map>
#include <span>

#include "base/csv.hpp"
#include "base/text.hpp"

namespace joulecast::estimate {
namespace {

constexpr double per_million = 1e-6;

/// A table whose cells are looked up by column name.
class Cells {
 public:
  static Result<Cells> read(const std::filesystem::path& file, std::span<const char* const> names) {
    auto table = CsvTable::read(file, CsvKind::data);
    if (!table) return propagate(table.error());
    Cells cells;
    for (const auto* name : names) {
      auto column = table->needed_column(name);
      if (!column) return propagate(column.error());
      cells.columns_[name] = *column;
    }
    cells.table_ = std::move(*table);
    return cells;
  }
  [[nodiscard]] const CsvTable& table() const { return table_; }
  [[nodiscard]] std::string_view text(std::size_t row, std::string_view name) const {
    return trim(table_.text(row, columns_.find(name)->second));
  }
  /// NaN for an empty cell.
  [[nodiscard]] Result<double> number(std::size_t row, std::string_view name) const {
    if (text(row, name).empty()) return std::nan("");
    const auto value = parse_double(text(row, name));
    if (!value || !std::isfinite(*value))
      return fail(ErrorKind::malformed, table_.where(row), "{} is not a number: '{}'", name, text(row, name));
    return *value;
  }
  [[nodiscard]] Result<double> positive(std::size_t row, std::string_view name) const {
    auto value = number(row, name);
    if (value && !(*value > 0))
      return fail(ErrorKind::malformed, table_.where(row), "{} is not a positive number", name);
    return value;
  }

 private:
  CsvTable table_;
  std::map<std::string, std::size_t, std::less<>> columns_;
};

using Shape = std::map<std::string, double, std::less<>>;

/// Parses "in_chan=12;out_chan=23".
std::optional<Shape> parse_layer_shape(std::string_view text) {
  Shape shape;
  for (const auto part : split(text, ';')) {
    const auto sides = split(part, '=');
    const auto value = sides.size() == 2 ? parse_double(sides[1]) : std::nullopt;
    if (!value || !(*value > 0) || !std::isfinite(*value)) return std::nullopt;
    shape[std::string(trim(sides[0]))] = *value;
  }
  return shape;
}

/// Sets the kernel area and the number of positions for a square window that moves without padding.
bool set_window(LayerWork& work, double side, double kernel, double stride) {
  const double out = std::floor((side - kernel) / stride) + 1;
  work.taps = kernel * kernel;
  work.input_positions = side * side;
  work.positions = out * out;
  return out >= 1;
}

std::optional<LayerWork> work_of_row(std::string_view kind, const Shape& shape, double batch) {
  LayerWork work;
  work.kind = kind;
  work.samples = batch;
  bool complete = true;
  const auto size = [&](const char* name) {
    const auto found = shape.find(name);
    complete = complete && found != shape.end();
    return found == shape.end() ? 1.0 : found->second;
  };
  if (kind == "conv") {
    work.inputs = size("in_chan"), work.outputs = size("out_chan");
    complete = set_window(work, size("side_len"), size("k_size"), size("stride")) && complete;
  } else if (kind == "linear") {
    work.inputs = size("in_size"), work.outputs = size("out_size");
  } else if (kind == "pool") {
    work.groups = size("in_chan");
    complete = set_window(work, size("im_side_length"), size("k_side_length"), size("stride")) && complete;
  } else {
    return std::nullopt;
  }
  if (!complete || !std::isfinite(work.executed_flops())) return std::nullopt;
  return work;
}

constexpr ByPass<const char*> pass_names{"forward", "backward"};

Result<std::optional<MeasuredPass>> pass_of(const Cells& cells, std::size_t row, const std::string& pass) {
  const auto time = cells.number(row, pass + "_time_us");
  if (!time) return propagate(time.error());
  const auto energy = cells.number(row, pass + "_energy_uj");
  if (!energy) return propagate(energy.error());
  if (!(*time > 0)) return std::nullopt;
  MeasuredPass measured{Seconds{*time * per_million}, std::nullopt};
  if (*energy > 0) measured.energy = Joules{*energy * per_million};
  return measured;
}

}  // namespace

Seconds MeasuredLayer::step_time() const {
  Seconds sum{0};
  for (const auto& pass : passes)
    if (pass) sum += pass->time;
  return sum;
}

std::optional<Joules> MeasuredLayer::step_energy() const {
  Joules sum{0};
  for (const auto& pass : passes) {
    if (!pass) continue;
    if (!pass->energy) return std::nullopt;
    sum += *pass->energy;
  }
  return sum;
}

Result<std::vector<MeasuredLayer>> read_layer_table(const std::filesystem::path& file) {
  static constexpr const char* columns[]{"cpu",
                                         "layer",
                                         "batch_size",
                                         "shape",
                                         "forward_energy_uj",
                                         "forward_time_us",
                                         "backward_energy_uj",
                                         "backward_time_us"};
  const auto cells = Cells::read(file, columns);
  if (!cells) return propagate(cells.error());
  std::vector<MeasuredLayer> layers;
  for (std::size_t row = 0; row < cells->table().rows(); ++row) {
    const auto batch = cells->positive(row, "batch_size");
    if (!batch) return propagate(batch.error());
    const auto shape = parse_layer_shape(cells->text(row, "shape"));
    const auto work = shape ? work_of_row(cells->text(row, "layer"), *shape, *batch) : std::nullopt;
    if (!work)
      return fail(ErrorKind::malformed, cells->table().where(row),
                  "is no conv, linear or pool with a possible shape: '{}' '{}'", cells->text(row, "layer"),
                  cells->text(row, "shape"));
    MeasuredLayer layer{std::string(cells->text(row, "cpu")), *work, {}};
    for (const auto pass : passes) {
      auto measured = pass_of(*cells, row, pass_names[pass]);
      if (!measured) return propagate(measured.error());
      layer.passes[pass] = *measured;
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

Result<std::vector<MeasuredNetwork>> read_network_table(const std::filesystem::path& file) {
  static constexpr const char* columns[]{"cpu",        "network",           "batch_size",
                                         "image_side", "forward_energy_uj", "backward_energy_uj"};
  const auto cells = Cells::read(file, columns);
  if (!cells) return propagate(cells.error());
  std::vector<MeasuredNetwork> networks;
  for (std::size_t row = 0; row < cells->table().rows(); ++row) {
    std::array<double, 4> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto number = cells->positive(row, columns[i + 2]);
      if (!number) return propagate(number.error());
      numbers[i] = *number;
    }
    networks.push_back({cells->table().where(row),
                        std::string(cells->text(row, "cpu")),
                        std::string(cells->text(row, "network")),
                        numbers[0],
                        numbers[1],
                        {Joules{numbers[2] * per_million}, Joules{numbers[3] * per_million}}});
  }
  return networks;
}

}  // namespace joulecast::estimate
