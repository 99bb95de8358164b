// Reading must not allocate memory in normal operation. A lock in the allocator could stall the sampler's
// threads at 1 kHz. This program counts every allocation.
#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "unit/sensors/fake_nvml.hpp"

namespace {
std::atomic<long> allocations{0};
}

// Not inlined, because gcc would take malloc and delete, or new and free, for mismatched pairs.
#define APART __attribute__((noinline))
APART void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
APART void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);
}
APART void operator delete(void* memory) noexcept {
  std::free(memory);
}
APART void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace joulecast::sensors {
namespace {
using joulecast::testing::FakeTree;

long allocations_of_reads(Sensor& sensor, FakeClock& clock) {
  std::vector<ChannelReading> readings(sensor.channels().size(), ChannelReading(trace::RawValue(0.0)));
  sensor.read(readings);
  const long before = allocations.load();
  for (int i = 0; i < 5; ++i) {
    clock.advance(Seconds{1.1});
    sensor.read(readings);
  }
  const long during = allocations.load() - before;
  for (const auto& reading : readings) EXPECT_TRUE(reading) << to_string(reading.error());
  return during;
}

class NoAllocation : public ::testing::TestWithParam<const char*> {};

TEST_P(NoAllocation, InReadsOfFiles) {
  auto tree = FakeTree::from_fixture("two_sockets.txt");
  for (const char* fixture : {"amd_gpus.txt", "grace_hopper.txt", "jetson_tx2.txt", "cray.txt"}) {
    const auto other = FakeTree::from_fixture(fixture);
    std::filesystem::copy(
        other.root(), tree.root(),
        std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  }
  tree.add(
      "== cpuinfo\nprocessor : 0\nmodel name : X\n== stat\ncpu  1 0 1 8\n== loadavg\n0 0 0 1/2 3\n"
      "== meminfo\nMemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n");
  Fake fake(tree.root());
  const auto sensor = sensor_type(GetParam()).open(fake.environment).value();
  EXPECT_EQ(allocations_of_reads(*sensor, fake.clock), 0);
}
INSTANTIATE_TEST_SUITE_P(Sensors, NoAllocation,
                         ::testing::Values("powercap", "amd_hwmon", "intel_gpu", "hwmon_power", "jetson",
                                           "cray", "machine", "modelled_cpu", "modelled_dram"));

TEST(NoAllocationIn, ReadsOfTheProcessTree) {
  Fake fake;
  fake.environment.roots = Roots{};
  fake.environment.pid = ::getpid();
  const auto sensor = sensor_type("process_tree").open(fake.environment).value();
  EXPECT_EQ(allocations_of_reads(*sensor, fake.clock), 0);
}

TEST(NoAllocationIn, ReadsOfNvml) {
  FakeNvml nvml("gpu uuid=GPU-0001 name=NVIDIA_H100 arch=9 limit_w=700\npower 0:100\n");
  const auto sensor = nvml.open();
  EXPECT_EQ(allocations_of_reads(*sensor, nvml.fake.clock), 0);
}

}  // namespace
}  // namespace joulecast::sensors
