// A GPU from key=value fields: a row of our table, the command line, a JSON file.
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.hpp"
#include "base/json_depth.hpp"
#include "base/text.hpp"
#include "hardware/catalogue.hpp"

namespace joulecast::hardware {
namespace {

/// The range of each figure: every real board lies inside, a figure in the wrong unit does not.
struct Figure {
  std::string_view key;
  double lowest, highest;
  bool needed;
  void (*store)(Gpu& gpu, double value);
};

constexpr std::array<Figure, 10> figures{{
    {"tdp_w", 1, 5000, true, [](Gpu& g, double v) { g.power_limit = Watts{v}; }},
    {"memory_gb", 0.25, 4096, true, [](Gpu& g, double v) { g.memory_gb = v; }},
    {"memory_bandwidth_gb_s", 1, 100000, true, [](Gpu& g, double v) { g.bandwidth_gb_s = v; }},
    {"fp32_tflops", 0.0001, 100000, true, [](Gpu& g, double v) { g.fp32_tflops = v; }},
    {"fp16_dense_tflops", 0.01, 100000, false, [](Gpu& g, double v) { g.fp16_tflops = v; }},
    {"tf32_dense_tflops", 0.01, 100000, false, [](Gpu& g, double v) { g.tf32_tflops = v; }},
    {"sm_or_cu", 1, 10000, false, [](Gpu& g, double v) { g.multiprocessors = static_cast<int>(v); }},
    {"cores", 1, 1000000, false, [](Gpu& g, double v) { g.cores = static_cast<int>(v); }},
    {"boost_mhz", 50, 20000, false, [](Gpu& g, double v) { g.boost_mhz = v; }},
    {"idle_w", 0.1, 1000, false, [](Gpu& g, double v) { g.idle_power = Watts{v}; }},
}};

bool store_text(Gpu& gpu, std::string_view key, const std::string& value) {
  if (key == "name")
    gpu.name = value;
  else if (key == "vendor")
    gpu.vendor = value;
  else if (key == "architecture")
    gpu.architecture = value;
  else if (key == "source")
    gpu.source = value;
  else if (key == "date")
    gpu.date = value;
  else if (key == "aliases") {
    for (const auto alias : split(value, ';')) gpu.aliases.emplace_back(trim(alias));
  } else {
    return false;
  }
  return true;
}

Status store_figure(Gpu& gpu, const std::string& key, const std::string& value, const std::string& where) {
  const auto* const figure = std::ranges::find(figures, key, &Figure::key);
  if (figure == figures.end()) return fail(ErrorKind::invalid, where, "unknown key '{}' of a GPU", key);
  const auto number = parse_double(value);
  if (!number) return fail(ErrorKind::invalid, where, "{} '{}' is not a number", key, value);
  if (*number < figure->lowest || *number > figure->highest)
    return fail(ErrorKind::invalid, where, "{} {} is impossible (between {} and {})", key, value,
                figure->lowest, figure->highest);
  figure->store(gpu, *number);
  return {};
}

Result<Gpu> gpu_from_json(const nlohmann::json& object, const std::string& where) {
  if (!object.is_object())
    return fail(ErrorKind::malformed, where, "a GPU is a JSON object with the keys of gpus.csv");
  Fields fields;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string() && !value.is_number())
      return fail(ErrorKind::malformed, where, "{} is neither a text nor a number", key);
    fields.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return gpu_from_fields(fields, where);
}

}  // namespace

Result<Gpu> gpu_from_fields(const Fields& fields, const std::string& where) {
  Gpu gpu;
  std::set<std::string_view> given;
  for (const auto& [key, value] : fields) {
    if (!given.insert(key).second) return fail(ErrorKind::invalid, where, "{} is given twice", key);
    if (store_text(gpu, key, value)) continue;
    if (auto stored = store_figure(gpu, key, value, where); !stored) return propagate(stored.error());
  }
  std::vector<std::string_view> absent;
  if (gpu.name.empty()) absent.push_back("name");
  for (const auto& figure : figures)
    if (figure.needed && !given.contains(figure.key)) absent.push_back(figure.key);
  if (!absent.empty()) return fail(ErrorKind::invalid, where, "a GPU needs {}", fmt::join(absent, ", "));
  if (gpu.idle_power && *gpu.idle_power >= gpu.power_limit)
    return fail(ErrorKind::invalid, where, "idle_w {} is not below tdp_w {}", gpu.idle_power->value(),
                gpu.power_limit.value());
  if (gpu.source.empty()) gpu.source = "given by the user";
  return gpu;
}

Result<Gpu> gpu_from_text(std::string_view text) {
  Fields fields;
  for (const auto part : split(text, ',')) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos)
      return fail(ErrorKind::invalid, "", "'{}' of the GPU's description is not key=value", part);
    fields.emplace_back(trim(part.substr(0, equals)), trim(part.substr(equals + 1)));
  }
  return gpu_from_fields(fields, "");
}

Result<std::vector<Gpu>> read_gpu_file(const std::filesystem::path& file) {
  const auto text = read_file(file, most_of_a_document);
  if (!text) return propagate(text.error());
  if (json_is_deeper(*text))
    return fail(ErrorKind::malformed, file.string(), "nests deeper than {} levels", deepest_json);
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return fail(ErrorKind::malformed, file.string(), "is not JSON");
  std::vector<Gpu> gpus;
  for (const auto& entry : json.is_array() ? json : nlohmann::json::array({json})) {
    auto gpu = gpu_from_json(entry, file.string());
    if (!gpu) return propagate(gpu.error());
    gpus.push_back(std::move(*gpu));
  }
  return gpus;
}

Status write_gpu_file(const Gpu& gpu, const std::filesystem::path& file) {
  const nlohmann::ordered_json json{{"name", gpu.name},
                                    {"tdp_w", gpu.power_limit.value()},
                                    {"memory_gb", gpu.memory_gb},
                                    {"memory_bandwidth_gb_s", gpu.bandwidth_gb_s},
                                    {"fp32_tflops", gpu.fp32_tflops}};
  return write_file(file, json.dump(2) + "\n");
}

}  // namespace joulecast::hardware
