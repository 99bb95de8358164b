// The kinds of headings of home-made logs, by their words alone. Internal to the module.
#pragma once

#include <optional>
#include <string>

#include "formats/support/heading_words.hpp"
#include "trace/channel.hpp"

namespace joulecast::formats {

/// The component that the words name; nothing where they name none.
[[nodiscard]] std::optional<trace::Component> named_component(const HeadingWords& words);

/// A part of a machine beside GPU, CPU and memory: "fan", "ssd"; "" for others.
[[nodiscard]] std::string machine_part(const HeadingWords& words);

/// Powers that nobody draws at the row's time: settings, statistics, what a model says or is left of another.
[[nodiscard]] bool is_no_reading(const HeadingWords& words);

/// What one container, job or process used: a share of what the machine did, and no part of its hardware.
[[nodiscard]] bool is_share(const HeadingWords& words);

/// The part of a CPU package that a heading names, in which its energy is included; "" for a whole.
[[nodiscard]] std::string rail_of(const HeadingWords& words);

[[nodiscard]] bool is_power(const HeadingWords& words);
[[nodiscard]] bool is_energy(const HeadingWords& words);

/// The words that do not say that a column is a power or an energy, or the sum of others, but of what.
[[nodiscard]] std::string without_measures(const HeadingWords& words);

}  // namespace joulecast::formats
