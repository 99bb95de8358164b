#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

TEST(RichFormat, EpochsAndTheirSteps) {
  EXPECT_EQ(
      heard({"Epoch           ━━━━━━━╺━━━ 1/3   -:--:--\n", "Step of epoch 2 ━━━━━━━╺━━━ 12/20 0:00:01\n",
             "Epoch           ━━━━━━━╺━━━ 1/3   -:--:--\n", "Epoch 2/9 ━━━━━━╺━━━  45% 45/100 0:00:10\n"}),
      (Rows{"1/3 epoch", "begin 2; 2: 12/20", "", "2: 45/100"}));
}

TEST(RichFormat, PercentagesAreAGuess) {
  EXPECT_EQ(heard({"Training... ━━━━━╺━━━━━━━  12% 0:00:02\r", "Working... ----------------  12% 0:00:02\r"}),
            (Rows{"~12/100 percent", "~12/100 percent"}));
  EXPECT_EQ(heard({"Downloading ━━━━━╺━━━━━━━  12% 0:00:02\r", "Epoch 3 ━━━━━╺━━━  12% 0:00:02\r",
                   "Epoch 3 ━━━━━━━━━━ 100% 0:00:09\r"}),
            (Rows{"", "begin 3", "end 3"}));
}

TEST(RichFormat, HeadingsAreNoBars) {
  for (const auto& events :
       heard({"---------- 3/10 ----------\n", "━━━━━━━━━━━━━━━━━━━━━━━━━\n", "┏━━━┳━━━━━━┳━━━━━━━━━━━━┓\n"}))
    EXPECT_EQ(events.find("3/10 step"), std::string::npos) << events;
}

TEST(OtherBarsFormat, AliveProgressClickAndProgressbar2) {
  EXPECT_EQ(heard({"Epoch 3 |████████▌               | ▄▆█ 34/100 [34%] in 3s (~6s, 11.2/s)\r",
                   "Epoch 3/9  [####################----------------]  11/20  00:00:00\r"}),
            (Rows{"begin 3; 3: 34/100", "3: 11/20"}));
  EXPECT_EQ(heard({" 45% (45 of 100) |########          | Elapsed Time: 0:00:04 ETA:   0:00:05\n"}),
            (Rows{"~45/100 step"}));
  EXPECT_EQ(heard({"Training  [############------------]   30%  00:00:12\r"}), (Rows{"~30/100 percent"}));
}

}  // namespace
}  // namespace joulecast::progress
