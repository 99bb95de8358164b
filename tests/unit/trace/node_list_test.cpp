#include "trace/node_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace joulecast::trace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// As `scontrol show hostnames` prints them.
TEST(NodeList, IsExpandedAsSlurmDoes) {
  EXPECT_THAT(expand_node_list("n7"), ElementsAre("n7"));
  EXPECT_THAT(expand_node_list("n1,n3"), ElementsAre("n1", "n3"));
  EXPECT_THAT(expand_node_list("gpu[01-03,7],login"),
              ElementsAre("gpu01", "gpu02", "gpu03", "gpu7", "login"));
  EXPECT_THAT(expand_node_list("n[098-101]-ib"), ElementsAre("n098-ib", "n099-ib", "n100-ib", "n101-ib"));
  EXPECT_THAT(expand_node_list("r[1-2]n[1-2]"), ElementsAre("r1n1", "r1n2", "r2n1", "r2n2"));
}

TEST(NodeList, IsEmptyWhereItIsNone) {
  for (const auto* text : {"", ",", "n1,", "n[1-3", "n1]", "n[[1]]", "n[]", "n[3-1]", "n[a-b]", "n[1-]",
                           "n[1-999999]", "a[1-1000]b[1-1000]"})
    EXPECT_THAT(expand_node_list(text), IsEmpty()) << text;
}

/// As only a damaged store or a hostile bundle has them.
TEST(NodeList, OfOddNumbersAndEndlessNamesEnds) {
  EXPECT_EQ(expand_node_list("n[18446744073709551614-18446744073709551615]").size(), 2U);
  EXPECT_THAT(expand_node_list("n[" + std::string(100'000, '0') + "1-99999]"), IsEmpty());
  EXPECT_THAT(expand_node_list(std::string(1'000'000, 'n') + "[1-99999]"), IsEmpty());
  EXPECT_THAT(expand_node_list("n[1-99999]" + std::string(1'000'000, 'n')), IsEmpty());
}

}  // namespace
}  // namespace joulecast::trace
