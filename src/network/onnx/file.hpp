// An ONNX file without the bulk of its weights.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace joulecast::network::onnx_reader {

/// The serialised model without the numbers of large initialisers: only their dimensions are needed, and
/// hundreds of megabytes need not be parsed. Empty where the bytes are no protobuf message.
[[nodiscard]] std::string without_weights(std::string_view model);

/// A file mapped into memory for reading.
class MappedFile {
 public:
  [[nodiscard]] static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }

 private:
  MappedFile(const char* data, std::size_t size) : data_(data), size_(size) {}
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace joulecast::network::onnx_reader
