#include "network/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/descriptor.hpp"
#include "base/system_error.hpp"

namespace joulecast::network {
namespace {

/// Of Protocol Buffers; larger networks keep their weights in files beside the model.
constexpr std::size_t largest_message = (std::size_t{1} << 31) - 1;

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const auto failed = [&] { return fail(kind_of_errno(errno), path.string(), "{}", std::strerror(errno)); };
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return failed();
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return fail(ErrorKind::malformed, path.string(), "is not a file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > largest_message)
    return fail(ErrorKind::malformed, path.string(), "is larger than 2 GiB, which no ONNX file can be");
  void* data = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) return failed();
  return MappedFile(static_cast<const char*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace joulecast::network
