#include <cmath>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "estimate/offline/layerwise.hpp"

namespace joulecast::estimate {
namespace {

constexpr double bytes_per_value = 4;
constexpr double joules_per_microjoule = 1e-6;

using Shape = std::map<std::string, double, std::less<>>;

/// "in_chan=12;out_chan=23" as numbers.
std::optional<Shape> parse_layer_shape(std::string_view text) {
  Shape shape;
  for (const auto part : split(text, ';')) {
    const auto sides = split(part, '=');
    const auto value = sides.size() == 2 ? parse_double(sides[1]) : std::nullopt;
    if (!value || *value <= 0) return std::nullopt;
    shape[std::string(trim(sides[0]))] = *value;
  }
  return shape;
}

std::optional<LayerWork> convolution(const Shape& s, double batch) {
  if (!s.contains("in_chan") || !s.contains("out_chan") || !s.contains("side_len") || !s.contains("k_size") ||
      !s.contains("stride"))
    return std::nullopt;
  const double side = s.at("side_len"), kernel = s.at("k_size");
  const double out = std::floor((side - kernel) / s.at("stride")) + 1;
  if (out < 1) return std::nullopt;
  const double weights = s.at("in_chan") * s.at("out_chan") * kernel * kernel;
  return LayerWork{"conv", 2 * batch * weights * out * out,
                   batch * s.at("in_chan") * side * side * bytes_per_value,
                   batch * s.at("out_chan") * out * out * bytes_per_value, weights * bytes_per_value};
}

std::optional<LayerWork> linear(const Shape& s, double batch) {
  if (!s.contains("in_size") || !s.contains("out_size")) return std::nullopt;
  const double weights = s.at("in_size") * s.at("out_size");
  return LayerWork{"linear", 2 * batch * weights, batch * s.at("in_size") * bytes_per_value,
                   batch * s.at("out_size") * bytes_per_value, weights * bytes_per_value};
}

std::optional<LayerWork> pooling(const Shape& s, double batch) {
  if (!s.contains("in_chan") || !s.contains("im_side_length") || !s.contains("k_side_length") ||
      !s.contains("stride"))
    return std::nullopt;
  const double side = s.at("im_side_length"), kernel = s.at("k_side_length");
  const double out = std::floor((side - kernel) / s.at("stride")) + 1;
  if (out < 1) return std::nullopt;
  const double written = batch * s.at("in_chan") * out * out;
  return LayerWork{"pool", written * kernel * kernel, batch * s.at("in_chan") * side * side * bytes_per_value,
                   written * bytes_per_value, 0};
}

std::optional<LayerWork> work_of_row(std::string_view kind, const Shape& shape, double batch) {
  if (kind == "conv") return convolution(shape, batch);
  if (kind == "linear") return linear(shape, batch);
  if (kind == "pool") return pooling(shape, batch);
  return std::nullopt;
}

std::optional<Joules> energy_of(std::optional<double> microjoules) {
  if (!microjoules || *microjoules <= 0) return std::nullopt;
  return Joules{*microjoules * joules_per_microjoule};
}

}  // namespace

Result<std::vector<MeasuredLayer>> read_layer_table(const std::filesystem::path& file) {
  auto table = read_csv(file);
  if (!table) return propagate(table.error());
  std::map<std::string, std::size_t> columns;
  for (const auto* name :
       {"cpu", "layer", "batch_size", "shape", "forward_energy_uj", "backward_energy_uj"}) {
    auto column = table->needed_column(name);
    if (!column) return propagate(column.error());
    columns[name] = *column;
  }
  std::vector<MeasuredLayer> layers;
  for (const auto& row : table->rows) {
    const auto cell = [&](const char* name) { return trim(row.cells[columns.at(name)]); };
    const auto batch = parse_double(cell("batch_size"));
    if (!batch || *batch <= 0)
      return fail(ErrorKind::malformed, table->place(row), "batch_size is not a positive number");
    for (const auto* name : {"forward_energy_uj", "backward_energy_uj"})
      if (!cell(name).empty() && !parse_double(cell(name)))
        return fail(ErrorKind::malformed, table->place(row), "{} is not a number: '{}'", name, cell(name));
    const auto shape = parse_layer_shape(cell("shape"));
    const auto work = shape ? work_of_row(cell("layer"), *shape, *batch) : std::nullopt;
    if (!work)
      return fail(ErrorKind::malformed, table->place(row),
                  "is no conv, linear or pool with a possible shape: '{}' '{}'", cell("layer"),
                  cell("shape"));
    layers.push_back({std::string(cell("cpu")), *work, energy_of(parse_double(cell("forward_energy_uj"))),
                      energy_of(parse_double(cell("backward_energy_uj")))});
  }
  return layers;
}

}  // namespace joulecast::estimate
