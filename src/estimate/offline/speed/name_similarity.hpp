// How alike two networks' names are: "ecaresnet50d" is like "resnet50", which tells something where nothing
// else is known of their graphs.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace joulecast::estimate {

/// The triples of letters in a name, in lower case, with all digits in a row as one mark; sorted, each once.
using NameTriples = std::vector<std::uint32_t>;
[[nodiscard]] NameTriples triples_of(std::string_view name);

/// The cosine of the two sets, 0..1; 1 = the same.
[[nodiscard]] double similarity(const NameTriples& a, const NameTriples& b);

}  // namespace joulecast::estimate
