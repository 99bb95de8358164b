#include "base/roots.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <iterator>

#include "base/files.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast {
namespace {
namespace fs = std::filesystem;

class WriteFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::string content(const fs::path& file) const { return read_file(file).value_or("?"); }
  [[nodiscard]] auto entries() const {
    return std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator());
  }
  testing::TemporaryDirectory folder_;
  const fs::path file_ = folder_.path() / "figures.json";
};

TEST_F(WriteFile, ReplacesAWholeFileAndLeavesNothingBeside) {
  ASSERT_TRUE(write_file(file_, "a longer first text"));
  ASSERT_TRUE(write_file(file_, "second"));
  EXPECT_EQ(content(file_), "second");
  EXPECT_EQ(entries(), 1);
}

TEST_F(WriteFile, GoesThroughALinkAndKeepsIt) {
  ASSERT_TRUE(write_file(file_, "first"));
  const auto link = folder_.path() / "link";
  fs::create_symlink(file_, link);
  ASSERT_TRUE(write_file(link, "second"));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(content(file_), "second");
}

// In a folder that others write to, they may guess the name of the file that is written first.
TEST_F(WriteFile, FollowsNoLinkThatSomebodyLaid) {
  const auto victim = folder_.path() / "victim";
  ASSERT_TRUE(write_file(victim, "precious"));
  const auto guessed = file_.string() + ".part" + std::to_string(::getpid());
  fs::create_symlink(victim, guessed);
  EXPECT_TRUE(can_write_file(file_));
  fs::create_symlink(victim, guessed);
  ASSERT_TRUE(write_file(file_, "ours"));
  EXPECT_EQ(content(victim), "precious");
  EXPECT_EQ(content(file_), "ours");
  EXPECT_FALSE(fs::is_symlink(file_));
}

TEST_F(WriteFile, ADeviceStaysADevice) {
  const auto link = folder_.path() / "nowhere";
  fs::create_symlink("/dev/null", link);
  ASSERT_TRUE(write_file(link, "gone"));
  EXPECT_TRUE(fs::is_character_file(link));
  EXPECT_EQ(entries(), 1);
}

TEST_F(WriteFile, IsAskedForBeforeTheWork) {
  EXPECT_TRUE(can_write_file(file_));
  EXPECT_TRUE(can_write_file("/dev/null"));
  EXPECT_EQ(entries(), 0);
  EXPECT_EQ(can_write_file(folder_.path() / "no" / "such").error().kind, ErrorKind::unavailable);
  EXPECT_FALSE(can_write_file(folder_.path()));
}

TEST_F(WriteFile, APipeIsWrittenInto) {
  const auto pipe = folder_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  auto reader = std::async(std::launch::async, [&] {
    std::ifstream in(pipe);
    return std::string(std::istreambuf_iterator<char>(in), {});
  });
  ASSERT_TRUE(write_file(pipe, "through"));
  EXPECT_EQ(reader.get(), "through");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(WriteFile, SaysWhyItCannot) {
  const auto missing = write_file(folder_.path() / "no" / "such", "x").error();
  EXPECT_EQ(missing.kind, ErrorKind::unavailable);
  EXPECT_EQ(missing.where, (folder_.path() / "no" / "such").string());
  EXPECT_EQ(write_file(folder_.path(), "x").error().kind, ErrorKind::unavailable);
  EXPECT_EQ(write_file("/dev/full", "x").error().kind, ErrorKind::retry);
}

TEST(TemporaryDirectory, IsAnAbsoluteFolderOrNothing) {
  const testing::TemporaryDirectory folder;
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before != nullptr ? before : "";
  const auto with = [](const std::string& value) {
    ::setenv("TMPDIR", value.c_str(), 1);
    return temporary_directory();
  };
  EXPECT_EQ(with(folder.path().string()).value(), folder.path());
  for (const std::string& wrong :
       {std::string("."), std::string(), (folder.path() / "none").string(), std::string("/dev/null")}) {
    const auto found = with(wrong);
    ASSERT_FALSE(found) << wrong;
    EXPECT_EQ(found.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(found.error().where, "TMPDIR=" + wrong);
  }
  if (before != nullptr)
    ::setenv("TMPDIR", kept.c_str(), 1);
  else
    ::unsetenv("TMPDIR");
}

}  // namespace
}  // namespace joulecast
