#include "network/load.hpp"

#include <filesystem>
#include <utility>

#include "base/text.hpp"
#include "network/description.hpp"
#include "network/named.hpp"
#include "network/onnx.hpp"
#include "network/transformer/config.hpp"

namespace joulecast::network {

Result<ArchitectureFeatures> load_network(const std::string& name_or_file, const LoadOptions& options) {
  const std::filesystem::path path(name_or_file);
  const auto extension = to_lower(path.extension().string());
  std::error_code ignored;
  const bool folder = std::filesystem::is_regular_file(path / "config.json", ignored);
  const bool file = folder || extension == ".onnx" || extension == ".txt" || extension == ".json" ||
                    std::filesystem::is_regular_file(path, ignored);
  const bool onnx = file && !folder && extension != ".txt" && extension != ".json";
  if (onnx) {
    if (options.classes)
      return fail(ErrorKind::invalid, name_or_file, "an ONNX file fixes its number of classes");
    if (options.sequence)
      return fail_field("sequence", "an ONNX file names its own dimensions: give --dimension NAME=SIZE");
    return read_onnx(path, {options.input, options.input_shapes, options.dimensions});
  }
  if (!options.input_shapes.empty() || !options.dimensions.empty())
    return fail(ErrorKind::invalid, name_or_file,
                "inputs and dimensions by name are for ONNX files: give --input 3x224x224");
  if (file && extension != ".txt")
    return read_config(path, {options.sequence, options.input, options.classes});
  const NamedOptions named{options.input, options.classes, options.sequence};
  return file ? read_described(path, named) : build_named(name_or_file, named);
}

Result<LoadOptions> parse_load_options(const std::vector<std::string>& inputs,
                                       const std::vector<std::string>& dimensions,
                                       std::optional<std::int64_t> classes) {
  LoadOptions options{.classes = classes};
  for (const auto& text : inputs) {
    const auto equals = text.find('=');
    const auto shape = parse_shape(equals == std::string::npos ? text : text.substr(equals + 1));
    if (!shape) return fail_field("input", "{}", shape.error().message);
    if (equals != std::string::npos) {
      options.input_shapes[text.substr(0, equals)] = *shape;
    } else if (std::exchange(options.input, *shape)) {
      return fail_field("input", "is given twice; name the inputs: ids=1x128");
    }
  }
  for (const auto& text : dimensions) {
    const auto equals = text.find('=');
    const auto size = equals == std::string::npos ? 0 : parse_int(text.substr(equals + 1)).value_or(0);
    if (size < 1) return fail_field("dimension", "'{}' is not name=size", text);
    options.dimensions[text.substr(0, equals)] = size;
  }
  return options;
}

}  // namespace joulecast::network
