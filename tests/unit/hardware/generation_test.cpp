#include "hardware/generation.hpp"

#include <gmock/gmock.h>

namespace joulecast::hardware {
namespace {

TEST(Generation, TellsLanesMemoryAndBandwidthApart) {
  struct Case {
    const char* gpu;
    bool stacked, shared;
    double delivered;
  };
  for (const auto& [name, stacked, shared, delivered] :
       {Case{"GTX 750 Ti", false, true, 0.76}, Case{"Tesla P100-PCIE-16GB", true, true, 0.76},
        Case{"Tesla V100-PCIE-32GB", true, false, 0.95}, Case{"Quadro RTX 6000", false, false, 0.95},
        Case{"A100-SXM4-40GB", true, false, 0.95}, Case{"A40", false, true, 0.95},
        Case{"RTX 3090", false, true, 0.95}, Case{"RTX 4090", false, true, 0.95},
        Case{"H100 SXM 80GB", true, false, 0.95}, Case{"MI300X", true, false, 0.95}}) {
    const auto gpu = find_gpu(name);
    ASSERT_TRUE(gpu) << name;
    EXPECT_EQ(has_stacked_memory(*gpu), stacked) << name;
    EXPECT_EQ(integers_share_lanes(*gpu), shared) << name;
    EXPECT_DOUBLE_EQ(delivered_bandwidth_share(*gpu), delivered) << name;
  }
}

TEST(Generation, TellsHowFp32ProductsAreComputed) {
  for (const char* doubled : {"RTX 3090", "A40", "L4", "RTX 4090", "H100 SXM 80GB", "B200"})
    EXPECT_TRUE(has_doubled_lanes(find_gpu(doubled).value())) << doubled;
  for (const char* plain :
       {"A100-SXM4-40GB", "A30", "Tesla V100-PCIE-32GB", "Tesla T4", "GTX 1080 Ti", "MI210"})
    EXPECT_FALSE(has_doubled_lanes(find_gpu(plain).value())) << plain;
  for (const char* matrix : {"MI100", "MI210", "MI250"})
    EXPECT_TRUE(multiplies_fp32_in_matrix_units(find_gpu(matrix).value())) << matrix;
  for (const char* vector : {"MI300X", "RTX 3090"})
    EXPECT_FALSE(multiplies_fp32_in_matrix_units(find_gpu(vector).value())) << vector;
}

TEST(Generation, SmallBoardsCannotKeepTheirBoostClocks) {
  for (const char* large : {"Tesla V100-PCIE-32GB", "Quadro RTX 6000", "A40", "RTX 3090", "RTX 4090",
                            "Tesla P100-PCIE-16GB", "GTX 750 Ti", "H100 SXM 80GB"}) {
    const auto gpu = find_gpu(large).value();
    EXPECT_EQ(full_speed_power(gpu), gpu.power_limit) << large;
  }
  for (const char* small : {"Tesla T4", "Tesla P4", "L4", "A10"}) {
    const auto gpu = find_gpu(small).value();
    EXPECT_GT(full_speed_power(gpu), 1.3 * gpu.power_limit) << small;
  }
}

}  // namespace
}  // namespace joulecast::hardware
