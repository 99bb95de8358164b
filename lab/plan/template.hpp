// Texts with placeholders: "--batch={batch_size}". Two braces stand for one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::lab {

/// The names of the placeholders, in their order, each as often as it stands there. invalid, with an empty
/// place, for a brace without its other half or a name that is none.
[[nodiscard]] Result<std::vector<std::string>> placeholders_of(std::string_view text);

/// The text with the values in place of the placeholders, all of which must be in `values`.
[[nodiscard]] std::string filled(std::string_view text, const std::map<std::string, std::string>& values);
[[nodiscard]] std::vector<std::string> filled(const std::vector<std::string>& texts,
                                              const std::map<std::string, std::string>& values);

/// Whether it may name a factor: letters, digits and underscores, not beginning with a digit.
[[nodiscard]] bool is_name(std::string_view text);

}  // namespace joulecast::lab
