#include "estimate/offline/shipped_file.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include "support/temporary_directory.hpp"

namespace joulecast::estimate {
namespace {

class ShippedFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "model.json"; }
  [[nodiscard]] std::string compressed() const { return file().string() + ".gz"; }
  void compress(const std::string& text) const {
    auto* const output = gzopen(compressed().c_str(), "wb");
    ASSERT_EQ(gzwrite(output, text.data(), static_cast<unsigned>(text.size())),
              static_cast<int>(text.size()));
    ASSERT_EQ(gzclose(output), Z_OK);
  }

  testing::TemporaryDirectory folder_;
};

TEST_F(ShippedFile, IsReadWhereItIsCompressed) {
  const std::string text(300'000, 'x');
  compress(text);
  EXPECT_EQ(read_shipped_file(file()).value(), text);
}

TEST_F(ShippedFile, IsReadAsItIsWhereBothAreThere) {
  compress("old");
  folder_.write("model.json", "new");
  EXPECT_EQ(read_shipped_file(file()).value(), "new");
}

TEST_F(ShippedFile, ThatIsDamagedOrMissingIsSaid) {
  EXPECT_EQ(read_shipped_file(file()).error().where, file().string());
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919);
  compress(text);
  std::filesystem::resize_file(compressed(), std::filesystem::file_size(compressed()) / 2);
  const auto cut = read_shipped_file(file());
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, ErrorKind::malformed);
  EXPECT_EQ(cut.error().where, compressed());
}

}  // namespace
}  // namespace joulecast::estimate
