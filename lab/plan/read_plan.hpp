// Reads a campaign's plan from its file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "lab/plan/plan.hpp"

namespace joulecast::lab {

/// malformed, with file:line and the key, for anything that cannot be meant: an unknown key, a wrong type, a
/// factor without levels, two levels or cells alike, a placeholder that is no factor, a factor that no
/// placeholder uses, an exclusion that excludes nothing or everything. Looks at nothing but the text: not
/// whether the command exists.
[[nodiscard]] Result<Plan> parse_plan(std::string_view text, const std::filesystem::path& file);
[[nodiscard]] Result<Plan> read_plan(const std::filesystem::path& file);

/// The keys of every table that the text has, by its path ("" = the whole file): what a plan may say.
[[nodiscard]] std::map<std::string, std::vector<std::string>> plan_keys(std::string_view text);

/// invalid, naming the command, if a program that a cell of the plan starts is not there or cannot be
/// executed, or its folder is none.
[[nodiscard]] Status check_programs(const Plan& plan);

}  // namespace joulecast::lab
