// Loads the reader of ONNX files when the first one is to be read (network/onnx/entry.hpp says why).
#include <dlfcn.h>

#include "base/no_fork.hpp"
#include "base/roots.hpp"
#include "network/mapped_file.hpp"
#include "network/onnx.hpp"
#include "network/onnx/entry.hpp"

namespace joulecast::network {
namespace {

Result<onnx_reader::ParseOnnx*> load_plug_in() {
  const auto file = plug_in_file(onnx_reader::plug_in_name);
  const auto failed = [&] {
    const char* why = ::dlerror();
    return fail(ErrorKind::unavailable, "ONNX", "the reader of ONNX files cannot be loaded: {}",
                why != nullptr ? why : file.c_str());
  };
  const NoFork meanwhile;
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return failed();
  auto* entry = ::dlsym(library, onnx_reader::entry_name);
  if (entry == nullptr) return failed();
  return reinterpret_cast<onnx_reader::ParseOnnx*>(entry);
}

}  // namespace

Result<ArchitectureFeatures> parse_onnx(std::string_view bytes, const std::string& where,
                                        const OnnxOptions& options) {
  static const auto parse = load_plug_in();  // stays loaded
  if (!parse) return propagate(parse.error());
  Result<ArchitectureFeatures> features;
  (*parse)(bytes, where, options, features);
  return features;
}

Result<ArchitectureFeatures> read_onnx(const std::filesystem::path& file, const OnnxOptions& options) {
  const auto mapped = MappedFile::open(file);
  if (!mapped) return propagate(mapped.error());
  return parse_onnx(mapped->bytes(), file.string(), options);
}

}  // namespace joulecast::network
