// AMD and Intel GPUs.
#include <dlfcn.h>
#include <gmock/gmock.h>

#include "sensors/support/gpu_cards.hpp"
#include "unit/sensors/support.hpp"

namespace joulecast::sensors {
namespace {
using joulecast::testing::FakeTree;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AmdHwmon, NumbersByPciAddressAndLeavesOutTheDieThatReadsNothing) {
  const auto tree = FakeTree::from_fixture("amd_gpus.txt");
  Fake fake(tree.root());
  const auto sensor = sensor_type("amd_hwmon").open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("amdgpu0_power", "amdgpu1_power", "amdgpu1_utilisation",
                                             "amdgpu1_memory", "amdgpu1_temperature", "amdgpu1_frequency"));
  EXPECT_EQ(channel(*sensor, "amdgpu0_power").device, "0000:03:00.0");
  EXPECT_EQ(channel(*sensor, "amdgpu1_power").device_name, "AMD Instinct MI250X");
  EXPECT_DOUBLE_EQ(gauge(*sensor, "amdgpu0_power"), 95);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "amdgpu1_power"), 310);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "amdgpu1_utilisation"), 0.37);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "amdgpu1_temperature"), 52);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "amdgpu1_frequency"), 1.7e9);
}

TEST(AmdHwmon, KeepsToTheVisibleDevices) {
  const auto tree = FakeTree::from_fixture("amd_gpus.txt");
  Fake fake(tree.root());
  fake.variables["ROCR_VISIBLE_DEVICES"] = "GPU-aaaa000000000001,0";
  EXPECT_THAT(names_of(*sensor_type("amd_hwmon").open(fake.environment).value()), Contains("amdgpu1_power"));
  fake.variables["HIP_VISIBLE_DEVICES"] = "1";  // counted anew: the second of those two
  EXPECT_THAT(names_of(*sensor_type("amd_hwmon").open(fake.environment).value()),
              ElementsAre("amdgpu0_power"));
  fake.variables["ROCR_VISIBLE_DEVICES"] = "";
  const auto finding = sensor_type("amd_hwmon").probe(fake.environment);
  EXPECT_FALSE(finding.usable);
  EXPECT_EQ(finding.fix, "unset ROCR_VISIBLE_DEVICES");
}

/// A second card beside that of the fixture: `files` below card9/device.
FakeTree with_another_card(const std::string& files) {
  auto tree = FakeTree::from_fixture("amd_gpus.txt");
  tree.add(files);
  return tree;
}

TEST(AmdHwmon, ACardWithoutPowerIsMissingUnlessItIsInTheProcessor) {
  const std::string card =
      "== class/drm/card9/device/vendor\n0x1002\n== class/drm/card9/device/device\n0x73bf\n"
      "== class/drm/card9/device/uevent\nPCI_SLOT_NAME=0000:f1:00.0\n"
      "== class/drm/card9/device/hwmon/hwmon9/name\namdgpu\n== class/drm/card9/device/mem_info_vram_total\n";
  const auto board = with_another_card(card + "17163091968\n");
  const auto sensor = sensor_type("amd_hwmon").open(Fake(board.root()).environment).value();
  ASSERT_THAT(names_of(*sensor), Contains("amdgpu3_power"));
  EXPECT_EQ(channel(*sensor, "amdgpu3_power").provenance, Provenance::missing);
  EXPECT_THAT(channel(*sensor, "amdgpu3_power").note, HasSubstr("tells no power"));
  EXPECT_DOUBLE_EQ(gauge(*sensor, "amdgpu0_power"), 95) << "the others go on";

  const auto integrated = with_another_card(card + "536870912\n");
  const auto without = sensor_type("amd_hwmon").open(Fake(integrated.root()).environment).value();
  EXPECT_THAT(names_of(*without), Not(Contains("amdgpu3_power")));
}

TEST(IntelGpu, ACardWithoutACounterIsMissingBesideTheOneThatHasIt) {
  const auto tree = with_another_card(
      "== class/drm/card9/device/vendor\n0x8086\n== "
      "class/drm/card9/device/uevent\nPCI_SLOT_NAME=0000:f2:00.0\n"
      "== class/drm/card9/device/hwmon/hwmon9/name\nxe\n");
  const auto sensor = sensor_type("intel_gpu").open(Fake(tree.root()).environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("intelgpu0_energy", "intelgpu1_power"));
  EXPECT_EQ(channel(*sensor, "intelgpu1_power").provenance, Provenance::missing);
  EXPECT_EQ(channel(*sensor, "intelgpu1_power").device, "0000:f2:00.0");
}

TEST(IntelGpu, ReadsTheCardsCounter) {
  const auto tree = FakeTree::from_fixture("amd_gpus.txt");
  Fake fake(tree.root());
  const auto sensor = sensor_type("intel_gpu").open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("intelgpu0_energy"));
  EXPECT_EQ(channel(*sensor, "intelgpu0_energy").device, "0000:4d:00.0");
  EXPECT_EQ(count(*sensor, "intelgpu0_energy"), 123456789U);
  EXPECT_DOUBLE_EQ(channel(*sensor, "intelgpu0_energy").resolution, 1e-6);
  EXPECT_THAT(channel(*sensor, "intelgpu0_energy").note, HasSubstr("once a minute"));
}

TEST(UsableGpu, IsOneWithADeviceFileThatIsNotHidden) {
  FakeTree tree;
  tree.add("== nvidiactl\nx\n");
  Fake fake(tree.root());
  EXPECT_FALSE(has_usable_gpu(fake.environment));
  tree.add("== nvidia0\nx\n");
  EXPECT_TRUE(has_usable_gpu(fake.environment));
  fake.variables["CUDA_VISIBLE_DEVICES"] = "-1";
  EXPECT_FALSE(has_usable_gpu(fake.environment));
  tree.add("== kfd\nx\n");
  EXPECT_TRUE(has_usable_gpu(fake.environment));
  fake.variables["ROCR_VISIBLE_DEVICES"] = "";
  EXPECT_FALSE(has_usable_gpu(fake.environment));
}

class FakeRocm {
 public:
  FakeRocm() : handle_(::dlopen(JOULECAST_FAKE_ROCM_LIBRARY, RTLD_NOW)) {
    set = reinterpret_cast<decltype(set)>(::dlsym(handle_, "fake_rocm_set"));
    fake.environment.library = [](std::string_view) { return std::string(JOULECAST_FAKE_ROCM_LIBRARY); };
    set_id = reinterpret_cast<decltype(set_id)>(::dlsym(handle_, "fake_rocm_set_id"));
    set_id(0x7408);  // MI250X
    set(0, 1000, 300'000'000, 0);
    set(1, 0, 0, 0);
  }
  ~FakeRocm() { ::dlclose(handle_); }
  FakeRocm(const FakeRocm&) = delete;
  Fake fake;
  void (*set)(std::uint32_t, std::uint64_t, std::uint64_t, int) = nullptr;
  void (*set_id)(std::uint16_t) = nullptr;

 private:
  void* handle_;
};

TEST(Rocm, CountsEnergyAndLeavesOutTheSilentDie) {
  FakeRocm rocm;
  const auto sensor = sensor_type("rocm").open(rocm.fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("amdgpu0_energy"));
  expect_described(sensor_type("rocm"), *sensor);
  EXPECT_EQ(channel(*sensor, "amdgpu0_energy").device, "0000:c1:00.0")
      << "the same as amd_hwmon's: counted once";
  EXPECT_NEAR(channel(*sensor, "amdgpu0_energy").resolution, 15.3e-6, 1e-10);
  EXPECT_EQ(count(*sensor, "amdgpu0_energy"), 1000U);
  rocm.set(0, 1000, 300'000'000, 5);
  EXPECT_EQ(read_one(*sensor, "amdgpu0_energy").error().kind, ErrorKind::retry);
}

TEST(Rocm, AGpuThatIsNotReadIsMissingBesideTheOneThatIs) {
  FakeRocm rocm;
  for (const int error : {0, 2}) {  // all at 0, and not supported
    rocm.set_id(0x74a1);            // MI300X: each die measures itself
    rocm.set(1, 0, 0, error);
    const auto sensor = sensor_type("rocm").open(rocm.fake.environment).value();
    EXPECT_THAT(names_of(*sensor), ElementsAre("amdgpu0_energy", "amdgpu1_power"));
    EXPECT_EQ(channel(*sensor, "amdgpu1_power").provenance, Provenance::missing);
    EXPECT_EQ(channel(*sensor, "amdgpu1_power").device, "0000:c6:00.0");
    EXPECT_EQ(count(*sensor, "amdgpu0_energy"), 1000U);
  }
}

TEST(Rocm, AuditsItsCounterAgainstPower) {
  FakeRocm rocm;
  const auto sensor = sensor_type("rocm").open(rocm.fake.environment).value();
  const double counts_per_second = 300 / 15.3e-6;
  double counts = 1000;
  for (int i = 0; i < 60; ++i) {  // a right counter for a minute
    rocm.fake.clock.advance(Seconds{1});
    rocm.set(0, static_cast<std::uint64_t>(counts += counts_per_second), 300'000'000, 0);
    ASSERT_TRUE(read_one(*sensor, "amdgpu0_energy"));
  }
  for (int i = 0; i < 45; ++i) {  // then frozen
    rocm.fake.clock.advance(Seconds{1});
    (void)read_all(*sensor);
  }
  EXPECT_EQ(read_one(*sensor, "amdgpu0_energy").error().kind, ErrorKind::gone);
}

TEST(Rocm, NotInstalledIsSaid) {
  Fake fake;
  EXPECT_EQ(sensor_type("rocm").open(fake.environment).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(sensor_type("rocm").probe(fake.environment).fix, "") << "no AMD board";
  const auto tree = FakeTree::from_fixture("amd_gpus.txt");
  Fake with_board(tree.root());
  EXPECT_THAT(sensor_type("rocm").probe(with_board.environment).fix,
              HasSubstr("apt install librocm-smi64-1"));
}

}  // namespace
}  // namespace joulecast::sensors
