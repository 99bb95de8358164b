#include "network/onnx/entry.hpp"

#include <limits>

#include "base/printable.hpp"
#include "network/onnx/file.hpp"
#include "network/onnx/reader.hpp"

namespace joulecast::network::onnx_reader {
namespace {

Result<ArchitectureFeatures> parse(std::string_view bytes, const std::string& where,
                                   const OnnxOptions& options) {
  const auto not_onnx = [&] {
    return fail(ErrorKind::malformed, where, "is not an ONNX model, or is cut short");
  };
  const auto smaller = without_weights(bytes);
  if (smaller.empty() || smaller.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return not_onnx();
  onnx::ModelProto model;
  if (!model.ParseFromArray(smaller.data(), static_cast<int>(smaller.size()))) return not_onnx();
  if (!model.has_graph() || model.graph().node_size() == 0)
    return fail(ErrorKind::malformed, where, "holds no graph: is it an ONNX model?");
  try {
    // names in the model, and libonnx's own messages, may hold line feeds
    auto features = Reader(model, where, options).read();
    if (!features) features.error().message = printable(features.error().message);
    return features;
    // thrown by libonnx or the standard library; our own code does not throw
  } catch (const std::exception& error) {
    return fail(ErrorKind::malformed, where, "{}", printable(error.what()));
  }
}

}  // namespace
}  // namespace joulecast::network::onnx_reader

void joulecast_parse_onnx(std::string_view bytes, const std::string& where,
                          const joulecast::network::OnnxOptions& options,
                          joulecast::Result<joulecast::network::ArchitectureFeatures>& features) {
  features = joulecast::network::onnx_reader::parse(bytes, where, options);
}
