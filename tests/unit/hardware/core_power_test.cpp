#include "hardware/core_power.hpp"

#include <gtest/gtest.h>

namespace joulecast::hardware {
namespace {

TEST(CorePower, FollowsUtilisationAndClock) {
  const CorePower cores{Watts{100}, 2.5};
  EXPECT_DOUBLE_EQ(core_power(cores, 0, {}).value(), 25);
  EXPECT_DOUBLE_EQ(core_power(cores, 1, {}).value(), 100);
  EXPECT_DOUBLE_EQ(core_power(cores, 2, {}).value(), 100) << "limited to 1";
  EXPECT_DOUBLE_EQ(core_power(cores, 1, 1.25).value(), 25 + 75 * 0.25);
  EXPECT_GT(core_power(cores, 0.5, {}), Watts{25 + 75 * 0.5});
  EXPECT_DOUBLE_EQ(core_power({Watts{10}, 0}, 1, 3.0).value(), 10) << "not known by clock";
}

TEST(CorePower, FindsDesignsByTheirNumbers) {
  EXPECT_EQ(arm_core(0x41, 0xd40, true)->name, "Neoverse V1 (Graviton3)");
  EXPECT_EQ(arm_core(0x41, 0xd0c, false)->name, "Neoverse N1");
  EXPECT_EQ(arm_core(0x41, 0xd03, true)->name, "Cortex-A53") << "Amazon's list has only its own";
  EXPECT_EQ(arm_core(0x61, 0x025, false)->name, "Apple M1 fast core");
  EXPECT_EQ(arm_core(0x61, 0x044, false)->name, "Apple M3 efficient core");
  EXPECT_EQ(arm_core(0x61, 0x059, false)->name, "Apple M4 fast core");
  EXPECT_FALSE(arm_core(0x41, 0xfff, false));
  EXPECT_FALSE(arm_core(0x61, 0x999, false));
}

TEST(CorePower, FindsDesignsByTheirNames) {
  EXPECT_EQ(core_called("POWER9, altivec supported")->name, "POWER9");
  EXPECT_EQ(core_called("POWER9 (raw), altivec supported")->name, "POWER9");
  EXPECT_EQ(core_called("POWER10 (architected), altivec supported")->name, "POWER10");
  EXPECT_EQ(core_called("sifive,u74-mc")->name, "sifive,u74");
  EXPECT_FALSE(core_called("POWER1"));
  EXPECT_FALSE(core_called("POWER91"));
  EXPECT_FALSE(core_called(""));
}

TEST(CorePower, AnUnknownCoreIsBetweenTheLeastAndTheMost) {
  for (const bool power : {false, true})
    for (const int cores : {4, 64}) {
      const auto core = unknown_core(cores, power);
      EXPECT_GE(core.uncertainty, 0.5);
      EXPECT_LT(core.uncertainty, 1);
    }
  EXPECT_GT(unknown_core(8, true).busy_watts, unknown_core(8, false).busy_watts);
}

/// Published powers of whole processors under load (docs/cpu-model.md): each lies within the interval.
TEST(CorePower, PublishedProcessorsLieWithinTheInterval) {
  struct Published {
    std::optional<CoreDesign> core;
    int cores;
    double least, most;  ///< W, as different sources have it
  };
  const auto fast = arm_core(0x61, 0x023, false), efficient = arm_core(0x61, 0x022, false);
  for (const auto& [core, cores, least, most] :
       {Published{arm_core(0x41, 0xd08, false), 4, 2.9, 6.4},    // Raspberry Pi 4: above no load, whole board
        Published{arm_core(0x41, 0xd0b, false), 4, 6.1, 9.9},    // Raspberry Pi 5
        Published{arm_core(0x41, 0xd0c, true), 64, 105, 105},    // Graviton2
        Published{arm_core(0x41, 0xd0c, false), 128, 250, 250},  // Altra Max M128-30
        Published{arm_core(0x41, 0xd0c, false), 80, 210, 250},   // Altra Q80-30, Q80-33
        Published{core_called("POWER8"), 12, 190, 250},
        Published{core_called("spacemit,x60"), 8, 3.56, 6.2}}) {
    ASSERT_TRUE(core);
    const double watts = core->busy_watts * cores;
    EXPECT_LE(watts * (1 - core->uncertainty), least) << core->name;
    EXPECT_GE(watts * (1 + core->uncertainty), most) << core->name;
  }
  const double m1 = 4 * fast->busy_watts + 4 * efficient->busy_watts;
  EXPECT_LE(m1 * (1 - fast->uncertainty), 20);
  EXPECT_GE(m1 * (1 + fast->uncertainty), 24);
}

}  // namespace
}  // namespace joulecast::hardware
