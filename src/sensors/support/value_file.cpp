#include "sensors/support/value_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/system_error.hpp"
#include "base/text.hpp"

namespace joulecast::sensors {
namespace {

/// Sensors that are due at the same time are read one after another.
constexpr std::chrono::milliseconds shared_for{5};

}  // namespace

struct SharedRead {
  std::mutex mutex;
  std::array<char, 512> buffer;
  std::size_t size = 0;
  std::chrono::steady_clock::time_point at;
  std::uint64_t number = 0;  ///< of this reading, from 1
};

std::shared_ptr<SharedReads> make_shared_reads() {
  return std::make_shared<SharedReads>();
}

std::shared_ptr<SharedRead> SharedReads::of(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  auto& read = reads_[path];
  if (!read) read = std::make_shared<SharedRead>();
  return read;
}

Failure reading_failure(int error, const std::filesystem::path& where) {
  switch (error) {
    case EACCES:
    case EPERM:
      return fail(ErrorKind::gone, where.string(), "permission to read it was withdrawn");
    case ENODEV:
    case ENXIO:
    case ENOENT:
      return fail(ErrorKind::gone, where.string(), "the device went away");
    default:
      return fail(ErrorKind::retry, where.string(), "{}", std::strerror(error));
  }
}

ValueFile::ValueFile(std::filesystem::path path, Descriptor descriptor, const Environment& environment)
    : path_(std::move(path)), descriptor_(std::move(descriptor)), pread_(environment.pread) {}

Result<ValueFile> ValueFile::open(std::filesystem::path path, const Environment& environment) {
  const int fd = environment.open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(kind_of_errno(errno), path.string(), "{}", std::strerror(errno));
  return ValueFile(std::move(path), Descriptor(fd), environment);
}

Result<ValueFile> ValueFile::open_shared(const std::filesystem::path& path, const Environment& environment) {
  auto file = open(path, environment);
  if (file) file->shared_ = environment.shared_reads->of(path);
  return file;
}

Result<std::string_view> ValueFile::read_text(std::span<char> buffer) const {
  if (!shared_) return read_alone(buffer);
  const std::lock_guard lock(shared_->mutex);
  const auto now = std::chrono::steady_clock::now();
  // Nobody gets the same content twice: a reader that is alone always reads.
  if (shared_->number == seen_ || now - shared_->at > shared_for) {
    const auto text = read_alone(shared_->buffer);
    if (!text) return text;
    shared_->size = text->size();
    shared_->at = now;
    ++shared_->number;
  }
  seen_ = shared_->number;
  const auto size = std::min(buffer.size(), shared_->size);
  std::copy_n(shared_->buffer.begin(), size, buffer.begin());
  return std::string_view(buffer.data(), size);
}

Result<std::string_view> ValueFile::read_alone(std::span<char> buffer) const {
  for (;;) {
    const auto got = pread_(descriptor_.get(), buffer.data(), buffer.size(), 0);
    if (got >= 0) return std::string_view(buffer.data(), static_cast<std::size_t>(got));
    if (errno != EINTR) return reading_failure(errno, path_);
  }
}

template <class Parse>
auto ValueFile::read_number(Parse parse) const
    -> Result<typename decltype(parse(std::string_view{}))::value_type> {
  char buffer[96];
  const auto text = read_text(buffer);
  if (!text) return propagate(text.error());
  const auto content = trim(*text);
  const auto word = content.substr(0, content.find_first_of(" \t\n"));
  if (const auto number = parse(word)) return *number;
  return fail(ErrorKind::retry, path_.string(), "not a number: '{}'", word.substr(0, 20));
}

Result<std::uint64_t> ValueFile::read_uint() const {
  return read_number([](std::string_view word) { return parse_uint(word); });
}

Result<double> ValueFile::read_double() const {
  return read_number([](std::string_view word) { return parse_double(word); });
}

}  // namespace joulecast::sensors
