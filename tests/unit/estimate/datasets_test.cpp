#include "estimate/offline/datasets.hpp"

#include <gtest/gtest.h>

namespace joulecast::estimate {
namespace {

TEST(Datasets, AreKnownByEveryUsualSpelling) {
  for (const auto* name : {"cifar10", "CIFAR-10", "cifar_10", "Cifar 10"}) {
    const auto* found = find_dataset(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->train_samples, 50000);
    EXPECT_EQ(found->input_shape, "3x32x32");
  }
  ASSERT_NE(find_dataset("Fashion MNIST"), nullptr);
  EXPECT_EQ(find_dataset("FashionMNIST")->name, "fashion-mnist");
  EXPECT_EQ(find_dataset("CIFAR-100")->name, "cifar100");
  for (const auto* name : {"", "-", "cifar", "cifar-1000", "imagenet21k"})
    EXPECT_EQ(find_dataset(name), nullptr) << name;
}

}  // namespace
}  // namespace joulecast::estimate
