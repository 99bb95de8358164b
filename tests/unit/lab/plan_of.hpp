// Plans for the tests of campaigns.
#pragma once

#include <string>
#include <string_view>

#include "lab/plan/read_plan.hpp"

namespace joulecast::lab {

/// Two architectures at three batch sizes, four times each.
constexpr std::string_view small_plan = R"(
command = ["sh", "train.sh", "{architecture}", "{batch}", "{seed}", "{output}"]
repetitions = 4
[factors]
architecture = ["resnet18", "vgg11"]
batch = [16, 32, 64]
)";

/// The plan, with more lines before its first table.
inline Result<Plan> plan_with(std::string_view lines, std::string_view plan = small_plan) {
  return parse_plan(std::string(lines) + std::string(plan), "folder/p.toml");
}

}  // namespace joulecast::lab
