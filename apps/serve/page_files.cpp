#include "serve/page_files.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <system_error>
#include <utility>

#include "base/files.hpp"
#include "base/roots.hpp"

namespace joulecast::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 1000;
constexpr std::uintmax_t largest_file = 8 << 20;

std::string content_type_of(const fs::path& file) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> types{
      {{".html", "text/html; charset=utf-8"},
       {".txt", "text/plain; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".json", "application/json"},
       {".map", "application/json"},
       {".webmanifest", "application/manifest+json"},
       {".svg", "image/svg+xml"},
       {".png", "image/png"},
       {".webp", "image/webp"},
       {".ico", "image/x-icon"},
       {".woff2", "font/woff2"}}};
  const auto extension = file.extension().string();
  for (const auto& [ending, type] : types)
    if (extension == ending) return std::string(type);
  return "application/octet-stream";
}

}  // namespace

PageFiles PageFiles::read(const fs::path& folder) {
  PageFiles page;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const bool regular = fs::is_regular_file(at->symlink_status(error));
    if (!regular || at->file_size(error) > largest_file || page.files_.size() == most_files) continue;
    auto bytes = read_file(at->path());
    if (!bytes) continue;
    const auto tag = fmt::format("\"{:x}-{:x}\"", bytes->size(), std::hash<std::string>{}(*bytes));
    page.files_["/" + at->path().lexically_relative(folder).generic_string()] = {content_type_of(at->path()),
                                                                                 std::move(*bytes), tag};
  }
  if (!page.files_.contains("/index.html")) page.files_.clear();
  return page;
}

Response PageFiles::answer(const Request& request) const {
  const auto found = files_.find(request.path == "/" ? std::string_view("/index.html") : request.path);
  if (found == files_.end()) return line_response(404, "there is nothing at this address");
  const auto& [path, file] = *found;
  Response response;
  response.is_page = true;
  response.cache = path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  response.headers.emplace_back("ETag", file.tag);
  if (request.header("if-none-match") == file.tag) {
    response.status = 304;
    return response;
  }
  response.content_type = file.content_type;
  response.body = file.bytes;
  return response;
}

fs::path page_folder() {
  if (const char* folder = std::getenv("JOULECAST_PAGE"); folder != nullptr && *folder != '\0') return folder;
  std::error_code ignored;
  auto installed = share_directory() / "page";
  if (fs::is_directory(installed, ignored)) return installed;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path() / "page";  // of a build
}

}  // namespace joulecast::serve
