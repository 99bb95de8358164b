#include "base/json_depth.hpp"

#include <gtest/gtest.h>

#include <string>

namespace joulecast {
namespace {

TEST(JsonDepth, CountsWhatIsNestedAtOnce) {
  EXPECT_FALSE(json_is_deeper("", 0));
  EXPECT_FALSE(json_is_deeper("7", 0));
  EXPECT_TRUE(json_is_deeper("[]", 0));
  EXPECT_FALSE(json_is_deeper(R"([{"a":[]},{"b":[]},[[]]])", 3));
  EXPECT_TRUE(json_is_deeper(R"([{"a":[]},{"b":[{}]}])", 3));
}

TEST(JsonDepth, DoesNotCountBracketsInTexts) {
  EXPECT_FALSE(json_is_deeper(R"({"a[[[":"{{{","b":"\"[[["})", 1));
  EXPECT_TRUE(json_is_deeper(R"({"a\\":[]})", 1));
}

TEST(JsonDepth, ReadsTextThatIsCutOff) {
  EXPECT_TRUE(json_is_deeper(std::string(1'000'000, '[')));
  EXPECT_FALSE(json_is_deeper("\"\\", 0));
}

}  // namespace
}  // namespace joulecast
