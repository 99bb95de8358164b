// docs/logs.md is generated from the importers' descriptions. After a change of one of them:
//   JOULECAST_REFRESH=1 build/dev/tests/unit_formats --gtest_filter='LogsManual.*'
#include <gmock/gmock.h>

#include <cstdlib>

#include "base/files.hpp"
#include "formats/importer.hpp"

namespace joulecast::formats {
namespace {

std::string manual() {
  std::string text =
      "# Logs that can be imported\n\n"
      "Made from the sources in `src/formats/importers` (`tests/unit/formats/logs_manual_test.cpp` says how "
      "to renew "
      "it); [import.md](import.md)\nhas the rules that hold for all of them. Run bundles are imported as "
      "well.\n\n"
      "| kind | what it is | what is imported | recognised by | format |\n|---|---|---|---|---|\n";
  for (const auto* importer : all_importers())
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", importer->kind, importer->description,
                        importer->takes, importer->recognised_by, importer->documented);
  return text;
}

TEST(LogsManual, IsUpToDate) {
  const std::string file = JOULECAST_SOURCE "/docs/logs.md";
  const bool refresh = std::getenv("JOULECAST_REFRESH") != nullptr;
  if (refresh && !write_file(file, manual())) FAIL() << file << " cannot be written";
  const auto text = read_file(file);
  ASSERT_TRUE(text) << to_string(text.error());
  EXPECT_EQ(*text, manual()) << "JOULECAST_REFRESH=1 writes it anew";
}

TEST(LogsManual, DescribesEveryKind) {
  for (const auto* importer : all_importers()) {
    EXPECT_FALSE(importer->description.empty()) << importer->kind;
    EXPECT_FALSE(importer->takes.empty()) << importer->kind;
    EXPECT_FALSE(importer->recognised_by.empty()) << importer->kind;
    EXPECT_FALSE(importer->documented.empty()) << importer->kind;
  }
}

}  // namespace
}  // namespace joulecast::formats
