#include "session/tables/repeated_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::session {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::size_t> repeated(std::string csv) {
  return repeated_rows(RunTable(CsvTable::parse(std::move(csv), "t.csv").value()));
}

TEST(RepeatedRows, AreThoseThatDifferOnlyInTheirIdentifier) {
  EXPECT_THAT(repeated("id,gpu,a,b,c\n1,x,1.5,2.5,3.5\n2,x,1.5,2.5,3.5\n3,y,1.5,2.5,3.5\n4,x,1.5,2.5,3.25\n5,"
                       "x,1.5,2.5,3.5\n"),
              ElementsAre(1, 4));
}

TEST(RepeatedRows, AreNotSeenInRoundedOrNarrowTables) {
  EXPECT_THAT(repeated("id,gpu,a,b,c\n1,x,1,2,3\n2,x,1,2,3\n"), IsEmpty());
  EXPECT_THAT(repeated("gpu,energy\nA,1.5\nA,1.5\n"), IsEmpty());
}

}  // namespace
}  // namespace joulecast::session
