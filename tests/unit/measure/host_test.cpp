#include "measure/host.hpp"

#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace joulecast::measure {
namespace {

TEST(Host, ReadsProcessorAndMemoryBelowTheRoots) {
  const testing::TemporaryDirectory folder;
  folder.write("proc/cpuinfo",
               "processor\t: 0\nmodel name\t: Some CPU of a longer name than a small string\n");
  folder.write("proc/meminfo", "MemFree:  1 kB\nMemTotal:       65536000 kB\n");
  auto environment = sensors::real_environment();
  environment.roots = {folder.path() / "sys", folder.path() / "proc", folder.path() / "dev"};
  const auto host = describe_host(environment, {});
  EXPECT_EQ(host.cpu_model, "Some CPU of a longer name than a small string");
  EXPECT_EQ(host.memory_bytes, 65536000.0 * 1024);
}

TEST(Host, WhatCannotBeReadStaysUnknown) {
  const testing::TemporaryDirectory folder;
  folder.write("proc/meminfo", "MemTotal: much\n");
  auto environment = sensors::real_environment();
  environment.roots = {folder.path() / "sys", folder.path() / "proc", folder.path() / "dev"};
  const auto host = describe_host(environment, {});
  EXPECT_EQ(host.cpu_model, "");
  EXPECT_EQ(host.memory_bytes, std::nullopt);
}

}  // namespace
}  // namespace joulecast::measure
