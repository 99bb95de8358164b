#include "estimate/offline/shipped_file.hpp"

#include <zlib.h>

#include <array>
#include <memory>

#include "base/files.hpp"

namespace joulecast::estimate {
namespace {

struct Close {
  void operator()(gzFile file) const { (void)gzclose(file); }
};

Result<std::string> decompressed(const std::filesystem::path& file) {
  const std::unique_ptr<gzFile_s, Close> input(gzopen(file.c_str(), "rb"));
  if (!input) return fail(ErrorKind::unavailable, file.string(), "cannot be read");
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (const int got = gzread(input.get(), buffer.data(), buffer.size())) {
    if (got < 0) return fail(ErrorKind::malformed, file.string(), "is damaged");
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > most_of_a_document)
      return fail(ErrorKind::malformed, file.string(), "holds more than {} bytes", most_of_a_document);
  }
  // A file that was cut ends without an error of its own.
  int state = Z_OK;
  (void)gzerror(input.get(), &state);
  if (state != Z_OK) return fail(ErrorKind::malformed, file.string(), "is damaged");
  return text;
}

}  // namespace

Result<std::string> read_shipped_file(const std::filesystem::path& file) {
  std::error_code ignored;
  const std::filesystem::path compressed = file.string() + ".gz";
  if (!std::filesystem::exists(file, ignored) && std::filesystem::exists(compressed, ignored))
    return decompressed(compressed);
  return read_file(file, most_of_a_document);
}

}  // namespace joulecast::estimate
