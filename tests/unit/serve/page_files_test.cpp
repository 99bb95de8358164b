#include "serve/page_files.hpp"

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::serve {
namespace {

using testing::TemporaryDirectory;

Response ask(const PageFiles& page, const std::string& path, const std::string& tag = "") {
  Request request;
  request.path = path;
  if (!tag.empty()) request.headers["if-none-match"] = tag;
  return page.answer(request);
}

TEST(PageFiles, AreWhatIsInTheFolderAndNothingElse) {
  const TemporaryDirectory folder;
  const auto page_folder = folder.path() / "page";
  std::filesystem::create_directories(page_folder / "assets");
  ASSERT_TRUE(write_file(folder.path() / "secret", "secret"));
  ASSERT_TRUE(write_file(page_folder / "index.html", "<!doctype html>"));
  ASSERT_TRUE(write_file(page_folder / "assets" / "index-1a2b.js", "let a;"));
  std::filesystem::create_symlink(folder.path() / "secret", page_folder / "link");
  std::filesystem::create_directory_symlink(folder.path(), page_folder / "up");
  const auto page = PageFiles::read(page_folder);

  EXPECT_EQ(ask(page, "/").body, "<!doctype html>");
  EXPECT_EQ(ask(page, "/").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(ask(page, "/").cache, "no-cache");
  EXPECT_TRUE(ask(page, "/").is_page);
  const auto script = ask(page, "/assets/index-1a2b.js");
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(script.cache, "public, max-age=31536000, immutable");
  for (const char* path :
       {"/link", "/up/secret", "/../secret", "//index.html", "/assets", "/assets/", "/./index.html", ""})
    EXPECT_EQ(ask(page, path).status, 404) << path;
}

TEST(PageFiles, AreNotSentAgainUnchanged) {
  const TemporaryDirectory folder;
  ASSERT_TRUE(write_file(folder.path() / "index.html", "one"));
  const auto tag = ask(PageFiles::read(folder.path()), "/").headers.at(0).second;
  EXPECT_EQ(ask(PageFiles::read(folder.path()), "/", tag).status, 304);
  ASSERT_TRUE(write_file(folder.path() / "index.html", "two"));
  EXPECT_EQ(ask(PageFiles::read(folder.path()), "/", tag).status, 200);
}

TEST(PageFiles, WithoutAnIndexThereIsNoPage) {
  const TemporaryDirectory folder;
  EXPECT_TRUE(PageFiles::read(folder.path()).empty());
  EXPECT_TRUE(PageFiles::read(folder.path() / "missing").empty());
  ASSERT_TRUE(write_file(folder.path() / "main.js", ""));
  EXPECT_TRUE(PageFiles::read(folder.path()).empty());
}

}  // namespace
}  // namespace joulecast::serve
