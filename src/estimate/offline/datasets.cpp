#include "estimate/offline/datasets.hpp"

#include <array>

#include "base/text.hpp"

namespace joulecast::estimate {
namespace {

// LeCun et al. 1998 (MNIST), Krizhevsky 2009 (CIFAR), Russakovsky et al. 2015 (ImageNet, ILSVRC 2012).
const std::array<Dataset, 5> datasets{{{"mnist", 60000, "1x28x28"},
                                       {"fashion-mnist", 60000, "1x28x28"},
                                       {"cifar10", 50000, "3x32x32"},
                                       {"cifar100", 50000, "3x32x32"},
                                       {"imagenet", 1281167, "3x224x224"}}};

/// "CIFAR-10", "cifar_10" and "Cifar 10" are one.
std::string plain(std::string_view name) {
  auto text = to_lower(name);
  std::erase_if(text, [](char c) { return c == '-' || c == '_' || c == ' '; });
  return text;
}

}  // namespace

const Dataset* find_dataset(std::string_view name) {
  for (const auto& dataset : datasets)
    if (plain(dataset.name) == plain(name)) return &dataset;
  return nullptr;
}

}  // namespace joulecast::estimate
