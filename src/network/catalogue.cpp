#include "network/catalogue.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "base/files.hpp"
#include "base/roots.hpp"
#include "base/text.hpp"

namespace joulecast::network {
namespace {

constexpr double element_bytes = 4;
constexpr std::int64_t usual_classes = 1000;

/// Sums over like layers.
struct Group {
  std::string_view name;
  double layers = 0, parameters = 0, macs = 0, flops = 0, read = 0, written = 0, kept = 0, kernels = 0,
         columns = 0, depth = 0, groups = 0;
  [[nodiscard]] bool is_head() const { return name == "head"; }
  [[nodiscard]] double moved() const { return read + written; }
};

struct Catalogue {
  std::string text;  ///< that of the lines below
  std::map<std::string_view, std::string_view> lines;
  std::vector<std::string> own_names;
};

Result<Catalogue> read_catalogue() {
  const auto file = share_directory() / "networks" / "timm.txt";
  auto text = read_file(file);
  if (!text) return propagate(text.error());
  Catalogue catalogue{std::move(*text), {}, {}};
  std::map<std::string_view, std::string_view> aliases;
  for (const auto line : split(catalogue.text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto name = line.substr(0, line.find(' '));
    const auto rest = line.substr(std::min(name.size() + 1, line.size()));
    if (rest.starts_with("= "))
      aliases[name] = rest.substr(2);
    else
      catalogue.lines[name] = rest;
  }
  for (const auto& [name, line] : catalogue.lines) catalogue.own_names.emplace_back(name);
  for (const auto& [old, name] : aliases)
    if (const auto line = catalogue.lines.find(name); line != catalogue.lines.end())
      catalogue.lines.emplace(old, line->second);
  return catalogue;
}

const Result<Catalogue>& catalogue() {
  static const Result<Catalogue> read_once = read_catalogue();
  return read_once;
}

std::optional<LayerKind> kind_named(std::string_view name) {
  if (name == "head") return LayerKind::dense;
  if (name == "grouped") return LayerKind::convolution;
  for (int kind = 0; kind <= static_cast<int>(LayerKind::other); ++kind)
    if (name_of(static_cast<LayerKind>(kind)) == name) return static_cast<LayerKind>(kind);
  return std::nullopt;
}

std::optional<Group> parse_group(std::string_view part) {
  Group group;
  const auto equals = part.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  group.name = part.substr(0, equals);
  const auto cells = split(part.substr(equals + 1), ',');
  const std::array fields{&group.layers,  &group.parameters, &group.macs,  &group.flops,
                          &group.read,    &group.written,    &group.kept,  &group.kernels,
                          &group.columns, &group.depth,      &group.groups};
  if (cells.size() != fields.size() || !kind_named(group.name)) return std::nullopt;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto number = parse_double(cells[i]);
    if (!number || *number < 0) return std::nullopt;
    *fields[i] = *number;
  }
  return group.layers >= 1 ? std::optional(group) : std::nullopt;
}

/// What is known of a network.
struct Entry {
  Shape input;
  int depth = 0;
  double widest = 0;
  std::vector<Group> groups;
};

std::optional<Entry> parse_entry(std::string_view line) {
  const auto parts = split(line, ' ');
  constexpr std::size_t before_groups = 3;
  if (parts.size() <= before_groups) return std::nullopt;
  const auto input = parse_shape(parts[0]);
  const auto depth = parse_double(parts[1]), widest = parse_double(parts[2]);
  if (!input || input->size() != 3 || !depth || !widest) return std::nullopt;
  Entry entry{*input, static_cast<int>(*depth), *widest, {}};
  for (std::size_t i = before_groups; i < parts.size(); ++i) {
    const auto group = parse_group(parts[i]);
    if (!group) return std::nullopt;
    entry.groups.push_back(*group);
  }
  return entry;
}

void scale(double area, double classes, Entry& entry) {
  entry.widest *= area;
  for (auto& group : entry.groups) {
    if (group.is_head()) {
      for (double* figure : {&group.parameters, &group.macs, &group.flops, &group.written, &group.columns})
        *figure *= classes;
      continue;
    }
    for (double* figure : {&group.macs, &group.flops, &group.read, &group.written, &group.kept})
      *figure *= area;
  }
}

/// The i-th of n whole parts that add up to `total`.
std::int64_t part_of(double total, std::int64_t n, std::int64_t i) {
  const auto whole = static_cast<std::int64_t>(std::llround(total));
  return whole / n + (i < whole % n ? 1 : 0);
}

Layer mean_layer(const Group& group, std::int64_t i) {
  const auto n = static_cast<std::int64_t>(group.layers);
  Layer layer;
  layer.name = n == 1 ? std::string(group.name) : fmt::format("{} {}", group.name, i + 1);
  layer.operation = group.name;
  layer.kind = *kind_named(group.name);
  layer.parameters = part_of(group.parameters, n, i);
  layer.macs = group.macs / group.layers;
  layer.flops = group.flops / group.layers;
  layer.backward_flops = layer.kind == LayerKind::movement || layer.kind == LayerKind::elementwise
                             ? layer.flops
                             : 2 * layer.flops;
  layer.input_bytes = element_bytes * group.read / group.layers;
  layer.output_bytes = element_bytes * group.written / group.layers;
  layer.weight_bytes = element_bytes * static_cast<double>(layer.parameters);
  layer.saved_bytes = element_bytes * group.kept / group.layers;
  layer.kernels = static_cast<int>(part_of(group.kernels, n, i));
  layer.output = {1, std::llround(group.written / group.layers)};
  if (group.macs > 0 && group.columns > 0 && group.depth > 0)
    layer.product =
        MatrixProduct{.rows = layer.macs / (group.columns * group.depth * std::max(group.groups, 1.0)),
                      .columns = group.columns,
                      .depth = group.depth,
                      .groups = std::max(group.groups, 1.0)};
  return layer;
}

void add_layers(const Group& group, std::vector<Layer>& layers) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(group.layers); ++i)
    layers.push_back(mean_layer(group, i));
}

/// The memory that a step needs beside what it keeps is that of its widest layer, which means would hide.
void widen(const Entry& entry, std::vector<Layer>& layers) {
  const auto group = std::ranges::max_element(entry.groups, {}, &Group::moved);
  const double moved = group->moved();
  if (group->layers < 2 || !(moved > 0) || entry.widest >= moved) return;
  const double wide = entry.widest / moved, others = (1 - wide) / (group->layers - 1);
  bool is_first = true;
  for (auto& layer : layers) {
    if (layer.operation != group->name) continue;
    const double share = is_first ? wide : others;
    layer.input_bytes = element_bytes * group->read * share;
    layer.output_bytes = element_bytes * group->written * share;
    is_first = false;
  }
}

/// "timm/convnext_base.fb_in22k" is convnext_base.
std::string bare(std::string_view name) {
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  auto result = to_lower(name.substr(0, name.find('.')));
  std::ranges::replace(result, '-', '_');
  return result;
}

}  // namespace

Result<std::optional<ArchitectureFeatures>> build_catalogued(std::string_view name,
                                                             const NamedOptions& options) {
  const auto& known = catalogue();
  if (!known) return propagate(known.error());
  const auto own = bare(name);
  const auto line = known->lines.find(own);
  if (line == known->lines.end()) return std::nullopt;
  auto entry = parse_entry(line->second);
  if (!entry) return fail(ErrorKind::malformed, "data/networks/timm.txt", "the line of '{}'", own);
  const auto input = options.input.value_or(entry->input);
  if (input.size() != 3 || input[0] != entry->input[0])
    return fail(ErrorKind::invalid, "", "{} takes images of {} channels, not {}", own, entry->input[0],
                to_text(input));
  const auto pixels = [](const Shape& shape) {
    return static_cast<double>(shape[1]) * static_cast<double>(shape[2]);
  };
  scale(pixels(input) / pixels(entry->input),
        static_cast<double>(options.classes.value_or(usual_classes)) / usual_classes, *entry);
  ArchitectureFeatures network;
  network.name = own;
  network.origin = "data/networks/timm.txt";
  network.inputs = {{"input", {1, input[0], input[1], input[2]}}};
  network.depth = entry->depth;
  network.ordered = false;
  for (const auto& group : entry->groups) add_layers(group, network.layers);
  widen(*entry, network.layers);
  network.notes.emplace_back(
      "known by sums over layers of each kind; each layer shown is the mean of its kind");
  if (input != entry->input)
    network.notes.push_back(
        fmt::format("counted at {} and scaled by the area of the image", to_text(entry->input)));
  return network;
}

Result<std::vector<std::string>> catalogued_names() {
  return catalogue().map([](const Catalogue& known) { return known.own_names; });
}

}  // namespace joulecast::network
