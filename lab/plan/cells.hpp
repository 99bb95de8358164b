// From factors to cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "lab/plan/plan.hpp"

namespace joulecast::lab {

/// More cells than this are a mistake, and would take long to list.
constexpr std::size_t most_cells = 100'000;

/// "architecture=resnet18,batch_size=32". A backslash goes before commas, equal signs and backslashes in
/// a level, so that different levels never make the same key.
[[nodiscard]] std::string key_of(const Levels& levels);
/// Levels of some factors in a text of that form: "architecture=vgg11,batch=16". invalid, naming `field`, for
/// any other text, and where no cell of the plan has them.
[[nodiscard]] Result<Levels> some_levels(std::string_view text, const Plan& plan, const std::string& field);
[[nodiscard]] bool has_levels(const Cell& cell, const Levels& some);
[[nodiscard]] Cell make_cell(Levels levels);

/// A short name for a folder, made of the levels and the id: "resnet18-32-3f9a1b2c".
[[nodiscard]] std::string folder_name_of(const Cell& cell);
/// For people: "resnet18, 32".
[[nodiscard]] std::string title_of(const Cell& cell, const std::vector<Factor>& factors);

[[nodiscard]] bool is_excluded(const Levels& levels, const Exclusion& exclusion);

/// Every combination that is not excluded, in the order of the factors and their levels: the last factor
/// varies first. Their product must be at most most_cells.
[[nodiscard]] std::vector<Cell> cells_of(const std::vector<Factor>& factors,
                                         const std::vector<Exclusion>& exclusions);

}  // namespace joulecast::lab
