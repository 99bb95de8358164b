// Figures on lines of their own, after an epoch's steps: they are its own, and it lasted until they came.
#include <gmock/gmock.h>

#include <string>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

using testing::ElementsAre;

constexpr const char* result_lines[] = {"mAP: 0.5", "  val_acc=0.5", "dev F1 0.5",
                                        "validation accuracy: 0.5"};

TEST(LateFigures, AreOfTheEpochWhoseBatchesAreDone) {
  for (const std::string result : result_lines) {
    const auto rows = heard({"Epoch 1/3 | batch 10/20 | loss 0.5\n", "Epoch 1/3 | batch 20/20 | loss 0.5\n",
                             result + "\n", "Epoch 2/3 | batch 10/20 | loss 0.5\n"});
    EXPECT_EQ(rows.at(1), "1: 20/20; end 1/3; loss=0.5@1") << result;
    EXPECT_THAT(rows.at(2), testing::StartsWith("end 1; ")) << result;
    EXPECT_THAT(rows.at(2), testing::HasSubstr("=0.5@1")) << result;
  }
}

TEST(LateFigures, AreOfTheEpochWhoseBarIsFull) {
  for (const std::string result : result_lines) {
    const auto rows = heard({"Epoch 1/3: 100%|##########| 5/5 [00:01<00:00,  5.00it/s]\n", result + "\n"});
    EXPECT_THAT(rows.at(0), testing::HasSubstr("end 1/3")) << result;
    EXPECT_THAT(rows.at(1), testing::StartsWith("end 1/3; ")) << result;
    EXPECT_THAT(rows.at(1), testing::HasSubstr("=0.5@1")) << result;
  }
}

TEST(LateFigures, OfTheWholeTrainingAreNoEpochs) {
  const std::string bar = ": 100%|##########| 5/5 [00:01<00:00,  5.00it/s]\n";
  EXPECT_EQ(heard({"Epoch 1/2" + bar, "Epoch 2/2" + bar, "Accuracy: 0.5\n"}).back(), "");
  EXPECT_EQ(heard({"Epoch 1/2" + bar, "F1: 0.5\n", "Epoch 2/2" + bar, "F1: 0.5\n"}).back(),
            "end 2/2; F1=0.5@2");
  EXPECT_EQ(heard({"Epoch 1/2" + bar, "Final accuracy: 0.5\n"}).back(), "");
  EXPECT_EQ(heard({"Epoch 1/2" + bar, "lr: 0.5\n"}).back(), "");
  EXPECT_EQ(
      heard({"Epoch 1/2 batch 5/5 loss 0.5\n", "Epoch 2/2 batch 5/5 loss 0.5\n", "Accuracy: 0.5\n"}).back(),
      "");
}

TEST(LateFigures, DoNotEndAnEpochThatRuns) {
  EXPECT_EQ(heard({"Epoch 1/2:  40%|####      | 2/5 [00:01<00:00,  5.00it/s]\n", "F1: 0.5\n"}).back(), "");
  EXPECT_THAT(heard({"Epoch 1/2 batch 2/5 loss 0.5\n", "F1: 0.5\n"}).back(),
              testing::Not(testing::HasSubstr("end")));
}

TEST(LateFigures, OfAValidationShowThatBracketsCountEpochs) {
  EXPECT_THAT(heard({"[1/10] loss=0.5\n", "[2/10] loss=0.5\n", "   valid: acc 0.5\n", "[3/10] loss=0.5\n"}),
              ElementsAre("~end 1/10; ~loss=0.5@1", "~end 2/10; ~loss=0.5@2", "end 2; val_acc=0.5@2",
                          "end 3/10; loss=0.5@3"));
  // Steps are validated after the last of them.
  EXPECT_THAT(
      heard({"[1/2] loss=0.5\n", "[2/2] loss=0.5\n", "   valid: acc 0.5\n", "[1/2] loss=0.5\n"}).back(),
      "~end 1/2; ~loss=0.5@1");
}

// Chris McCormick's fine-tuning of BERT.
TEST(LateFigures, WhatStandsBelowAHeadingOfTheValidationIsIts) {
  EXPECT_EQ(heard({"======== Epoch 1 / 3 ========\n", "Running Validation...\n", "  Accuracy: 0.5\n"}),
            (Rows{"begin 1/3", "", "end 1; val_accuracy=0.5@1"}));
}

}  // namespace
}  // namespace joulecast::progress
