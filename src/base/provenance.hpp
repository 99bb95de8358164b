// Where a number came from. Printed with every number.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast {

/// Ordered from best to worst: a total is only as good as its worst part.
enum class Provenance {
  measured,  ///< read from a meter or counter
  modelled,  ///< computed from other measurements by a stated model
  assumed,   ///< a stated constant
  missing,   ///< known to exist, but of unknown size: never 0
};

[[nodiscard]] constexpr std::string_view name_of(Provenance p) {
  switch (p) {
    case Provenance::measured:
      return "measured";
    case Provenance::modelled:
      return "modelled";
    case Provenance::assumed:
      return "assumed";
    case Provenance::missing:
      return "missing";
  }
  return "missing";
}

[[nodiscard]] constexpr std::optional<Provenance> provenance_from(std::string_view name) {
  for (auto p : {Provenance::measured, Provenance::modelled, Provenance::assumed, Provenance::missing})
    if (name == name_of(p)) return p;
  return std::nullopt;
}

[[nodiscard]] constexpr Provenance worst(Provenance a, Provenance b) {
  return a < b ? b : a;
}

}  // namespace joulecast
