#include "network/ec_nas.hpp"

#include <algorithm>
#include <array>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "network/builder.hpp"

namespace joulecast::network {
namespace {

constexpr std::size_t most_vertices = 32;  // the search space has at most 7

Result<Cell> read_cell(std::string_view vertices, std::string_view adjacency, std::string_view operations) {
  const auto count = parse_uint(vertices);
  if (!count || *count < 2 || *count > most_vertices)
    return fail(ErrorKind::malformed, "", "'{}' is not a number of vertices (2 to {})", vertices,
                most_vertices);
  Cell cell;
  for (const auto operation : split(operations, ' ')) cell.operations.emplace_back(operation);
  if (cell.operations.size() != *count || adjacency.size() != *count * *count)
    return fail(ErrorKind::malformed, "", "{} vertices with {} operations and an adjacency of {} digits",
                *count, cell.operations.size(), adjacency.size());
  cell.edges.assign(*count, std::vector<bool>(*count));
  for (std::size_t i = 0; i < adjacency.size(); ++i) {
    const auto from = i / *count;
    const auto to = i % *count;
    if (adjacency[i] != '0' && adjacency[i] != '1')
      return fail(ErrorKind::malformed, "", "the adjacency holds a '{}'", adjacency[i]);
    if (adjacency[i] == '1' && from >= to)
      return fail(ErrorKind::malformed, "", "edge {} -> {} goes backward: the cell is not acyclic", from, to);
    cell.edges[from][to] = adjacency[i] == '1';
  }
  return cell;
}

/// How many channels each vertex computes. Vertices that feed the output share its channels; the others have
/// as many as the widest vertex that they feed (Ying et al. 2019, supplement S1).
std::vector<std::int64_t> vertex_channels(const Cell& cell, std::int64_t input, std::int64_t output) {
  const auto last = cell.operations.size() - 1;
  std::vector<std::int64_t> channels(last + 1, 0);
  channels.front() = input;
  channels.back() = output;
  std::int64_t feeding = 0;
  for (std::size_t v = 1; v < last; ++v) feeding += cell.edges[v][last] ? 1 : 0;
  if (feeding == 0) return channels;
  auto left_over = output % feeding;
  for (std::size_t v = 1; v < last; ++v)
    if (cell.edges[v][last]) channels[v] = output / feeding + (left_over-- > 0 ? 1 : 0);
  for (auto v = last - 1; v >= 1; --v)
    if (!cell.edges[v][last])
      for (auto to = v + 1; to < last; ++to)
        if (cell.edges[v][to]) channels[v] = std::max(channels[v], channels[to]);
  return channels;
}

Result<Tensor> conv_bn_relu(Builder& builder, const Tensor& x, std::int64_t channels, std::int64_t kernel) {
  return builder.convolution(x, {.kernel = {kernel}}, {.channels = channels})
      .and_then([&](const Tensor& y) { return builder.normalise(y, "batch_norm", 0); })
      .map([&](const Tensor& y) { return builder.activate(y, "relu"); });
}

Result<Tensor> apply(Builder& builder, const std::string& operation, const Tensor& x, std::int64_t channels) {
  if (operation == "conv3x3-bn-relu") return conv_bn_relu(builder, x, channels, 3);
  if (operation == "conv1x1-bn-relu") return conv_bn_relu(builder, x, channels, 1);
  if (operation == "maxpool3x3") return builder.pool(x, "max", {.kernel = {3}});
  return fail(ErrorKind::invalid, "", "a cell knows no operation '{}'", operation);
}

/// The input of a vertex: the sum of earlier vertices, cut to its channels, and of the cell's input,
/// projected to them.
Result<Tensor> gather(Builder& builder, const Cell& cell, const std::vector<Tensor>& values,
                      std::size_t vertex, std::int64_t channels) {
  if (channels == 0) return fail(ErrorKind::invalid, "", "vertex {} of the cell leads nowhere", vertex);
  std::vector<Tensor> parts;
  for (std::size_t from = 1; from < vertex; ++from) {
    if (!cell.edges[from][vertex]) continue;
    const auto& value = values[from];
    auto part = value.shape.front() == channels ? Result<Tensor>(value) : builder.slice(value, 0, channels);
    if (!part) return part;
    parts.push_back(std::move(*part));
  }
  if (cell.edges[0][vertex]) {
    auto projected = conv_bn_relu(builder, values[0], channels, 1);
    if (!projected) return projected;
    parts.push_back(std::move(*projected));
  }
  if (parts.empty()) return fail(ErrorKind::invalid, "", "nothing arrives at vertex {} of the cell", vertex);
  return parts.size() == 1 ? Result<Tensor>(parts.front()) : builder.combine("add", parts);
}

Result<Tensor> add_cell(Builder& builder, const Cell& cell, const Tensor& input,
                        std::int64_t output_channels) {
  const auto last = cell.operations.size() - 1;
  const auto channels = vertex_channels(cell, input.shape.front(), output_channels);
  std::vector<Tensor> values{input};
  std::vector<Tensor> outputs;
  for (std::size_t v = 1; v < last; ++v) {
    auto value = gather(builder, cell, values, v, channels[v]).and_then([&](const Tensor& x) {
      return apply(builder, cell.operations[v], x, channels[v]);
    });
    if (!value) return value;
    if (cell.edges[v][last]) outputs.push_back(*value);
    values.push_back(std::move(*value));
  }
  if (outputs.empty() && !cell.edges[0][last])
    return fail(ErrorKind::invalid, "", "nothing arrives at the cell's output");
  if (outputs.empty()) return conv_bn_relu(builder, input, output_channels, 1);
  auto joined = outputs.size() == 1 ? Result<Tensor>(outputs.front()) : builder.concatenate(outputs);
  if (!joined || !cell.edges[0][last]) return joined;
  auto projected = conv_bn_relu(builder, input, output_channels, 1);
  return projected ? builder.combine("add", {*joined, *projected}) : projected;
}

}  // namespace

Result<std::map<std::string, Cell>> read_ec_nas_cells(const std::filesystem::path& table) {
  const auto csv = CsvTable::read(table, CsvKind::data);
  if (!csv) return propagate(csv.error());
  std::array<std::size_t, 4> at{};
  for (std::size_t i = 0; i < at.size(); ++i) {
    static constexpr std::array<std::string_view, 4> names{"architecture_hash", "vertices",
                                                           "adjacency_row_major", "operations"};
    const auto column = csv->needed_column(names[i]);
    if (!column) return propagate(column.error());
    at[i] = *column;
  }
  std::map<std::string, Cell> cells;
  for (std::size_t row = 0; row < csv->rows(); ++row) {
    auto cell = read_cell(csv->text(row, at[1]), csv->text(row, at[2]), csv->text(row, at[3]));
    if (!cell) return fail(ErrorKind::malformed, csv->where(row), "{}", cell.error().message);
    cells.insert_or_assign(std::string(csv->text(row, at[0])), std::move(*cell));
  }
  return cells;
}

Result<ArchitectureFeatures> build_ec_nas(const Cell& cell, const std::string& name) {
  constexpr int stacks = 3;
  constexpr int cells_in_stack = 3;
  const auto vertices = cell.operations.size();
  if (vertices < 2 || cell.edges.size() != vertices ||
      std::ranges::any_of(cell.edges, [&](const auto& row) { return row.size() != vertices; }))
    return fail(ErrorKind::invalid, name, "the cell's edges do not fit its {} operations", vertices);
  Builder builder(name, "EC-NAS-Bench");
  std::int64_t channels = 128;
  auto x = conv_bn_relu(builder, builder.input("image", {3, 32, 32}), channels, 3);
  for (int stack = 0; stack < stacks; ++stack) {
    if (x && stack > 0) x = builder.pool(*x, "max", {.kernel = {2}, .stride = {2}});
    if (stack > 0) channels *= 2;
    for (int i = 0; x && i < cells_in_stack; ++i) {
      builder.enter("cell");
      x = add_cell(builder, cell, *x, channels);
      builder.leave();
    }
  }
  x = x.and_then([&](const Tensor& y) { return builder.global_pool(y); }).and_then([&](const Tensor& y) {
    return builder.dense(y, 10, true);
  });
  if (!x) return fail(x.error().kind, name, "{}", x.error().message);
  return std::move(builder).finish();
}

}  // namespace joulecast::network
