#include "measure/host.hpp"

#include <gtest/gtest.h>

#include "base/version.hpp"
#include "support/fake_tree.hpp"

namespace joulecast::measure {
namespace {

trace::HostInfo host_below(const std::filesystem::path& root) {
  auto environment = sensors::real_environment();
  environment.roots = {root, root, root};
  return describe_host(environment, {});
}

TEST(Host, IsReadBelowTheRoots) {
  testing::FakeTree tree;
  tree.add(
      "== cpuinfo\n"
      "processor\t: 0\n"
      "model name\t: AMD EPYC 8024P 8-Core Processor\n"
      "== meminfo\n"
      "MemTotal:       16303428 kB\n"
      "MemFree:         1000000 kB\n");
  const auto host = host_below(tree.root());
  EXPECT_EQ(host.cpu_model, "AMD EPYC 8024P 8-Core Processor");
  EXPECT_EQ(host.memory_bytes, 16303428.0 * 1024);
  EXPECT_EQ(host.joulecast_version, version);
}

TEST(Host, WhatCannotBeReadIsNotKnown) {
  const auto host = host_below("/nonexistent");
  EXPECT_EQ(host.cpu_model, "");
  EXPECT_FALSE(host.memory_bytes);
}

}  // namespace
}  // namespace joulecast::measure
