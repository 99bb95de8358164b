// The files of the page, read once at the start: nothing else of the disk can be asked for.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "serve/http.hpp"

namespace joulecast::serve {

class PageFiles {
 public:
  PageFiles() = default;
  /// Every regular file below the folder; none where there is no index.html. Links are not followed.
  [[nodiscard]] static PageFiles read(const std::filesystem::path& folder);

  [[nodiscard]] bool empty() const { return files_.empty(); }
  /// `path` as in a request: "/assets/index-3f2a.js"; "/" is index.html. Files that carry a hash in their
  /// name are for ever, the others are asked for again.
  [[nodiscard]] Response answer(const Request& request) const;

 private:
  struct File {
    std::string content_type;
    std::string bytes;
    std::string tag;  ///< of this content: its ETag
  };
  std::map<std::string, File, std::less<>> files_;
};

/// $JOULECAST_PAGE, else page/ of our own tables' folder, else page/ beside the program.
[[nodiscard]] std::filesystem::path page_folder();

}  // namespace joulecast::serve
