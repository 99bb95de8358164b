// Samplers and trainers of physics and chemistry: Stan, PyMC, DeepXDE, NequIP, DeePMD-kit, DGL-KE.
#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string heard_in(const std::string& line) {
  return heard({line + "\n"}).front();
}

TEST(StanFormat, ChainsAtTheSameTimeAreAsFarAsTheSlowest) {
  EXPECT_EQ(
      heard({"Running MCMC with 2 parallel chains...\n", "Chain 1 Iteration:    1 / 2000 [  0%]  (Warmup) \n",
             "Chain 2 Iteration:    1 / 2000 [  0%]  (Warmup) \n",
             "Chain 1 Iteration:  100 / 2000 [  5%]  (Warmup) \n",
             "Chain 2 Iteration:  100 / 2000 [  5%]  (Warmup) \n"}),
      (Rows{"", "1/2000 step", "", "", "100/2000 step"}));
}

TEST(StanFormat, ChainsOneAfterAnotherAreParts) {
  EXPECT_EQ(heard({"Chain 1: Iteration: 1000 / 2000 [ 50%]  (Warmup)\n",
                   "Chain 1: Iteration: 2000 / 2000 [100%]  (Sampling)\n",
                   "Chain 1:  Elapsed Time: 0.05 seconds (Warm-up)\n",
                   "Chain 2: Iteration:    1 / 2000 [  0%]  (Warmup)\n"}),
            (Rows{"phase chain 1; 1000/2000 step", "2000/2000 step", "", "phase chain 2; 1/2000 step"}));
}

TEST(StanFormat, WithoutAChainsNumberAndInABar) {
  EXPECT_EQ(heard_in("Iteration:  200 / 2000 [ 10%]  (Warmup)"), "200/2000 step");
  EXPECT_EQ(heard_in("chain 1 |##        | 00:02 Iteration:  400 / 2000 [ 20%]  (Warmup)"),
            "phase chain 1; 400/2000 step");
  EXPECT_EQ(heard_in("1000 transitions using 10 leapfrog steps per transition would take 1.23 seconds."), "");
}

TEST(PyMcFormat, ItsBarCountsTheDrawsOfAllChains) {
  EXPECT_EQ(heard_in(" |████----| 50.00% [4000/8000 00:06<00:06 Sampling 4 chains, 0 divergences]"),
            "4000/8000 step");
}

TEST(DeepXdeFormat, RowsOfLists) {
  EXPECT_EQ(heard({"Step      Train loss                        Test loss                   Test metric\n",
                   "0         [1.00e+00, 2.50e-01]              [1.00e+00, 5.00e-01]        []\n",
                   "1000      [2.50e-01, 2.50e-01]              [5.00e-01, 2.50e-01]        []\n",
                   "Best model at step 1000:\n"}),
            (Rows{"run", "train_loss=1.25; test_loss=1.5", "1000 step; train_loss=0.5; test_loss=0.75", ""}));
  EXPECT_EQ(heard_in("1000 [1, 2] [3, 4]"), "");  // without its header
}

TEST(NequIpFormat, BatchesAndResults) {
  EXPECT_EQ(heard({"training\n# Epoch batch         loss       loss_f\n",
                   "      1    10        0.999          0.9\n",
                   "validation\n# Epoch batch         loss       loss_f\n",
                   "      1     5        0.999          0.9\n",
                   "! Train               1    2.345    0.005          0.9\n"
                   "! Validation          1    2.345    0.005          0.9\n",
                   "! Best model        1    0.99\n"}),
            (Rows{"run", "begin 1; 1: 10", "", "", "end 1; end 1", ""}));
}

TEST(DeepMdFormat, BatchesWithTheirErrors) {
  EXPECT_EQ(heard_in("[2024-05-01 12:00:00,123] DEEPMD INFO    batch     100: trn: rmse = 5.00e-01, "
                     "rmse_e = 1.00e-01, lr = 1.00e-03"),
            "100 step; train_rmse=0.5");
  EXPECT_EQ(heard_in("DEEPMD INFO    batch     100: total wall time = 3.24 s, eta = 0:01:00"), "100 step");
}

TEST(DglKeFormat, EachProcessTellsItsSteps) {
  EXPECT_EQ(heard_in("[proc 0][Train](1000/24000) average loss: 0.5"), "1000/24000 step; train_loss=0.5");
}

}  // namespace
}  // namespace joulecast::progress
