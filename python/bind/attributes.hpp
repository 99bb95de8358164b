// How members of the core's structs become Python attributes: a quantity as a float in the unit that the
// attribute's name ends with, an enumeration as its name, nothing as None.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <string>
#include <type_traits>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace joulecast::python {

namespace nb = nanobind;

template <class Tag>
double plain(Unit<Tag> value) {
  return value.value();
}
template <class T>
requires std::is_arithmetic_v<T> T plain(T value) {
  return value;
}
template <class T>
requires std::is_enum_v<T> std::string plain(T value) {
  return std::string(name_of(value));
}
/// Seconds since 1970 in UTC, as Python's time.time() has them.
inline double plain(WallTime time) {
  return 1e-9 * static_cast<double>(time.ns);
}
template <class T>
requires requires(const T& value) {
  value.begin();
}
T plain(const T& value) {
  return value;
}
template <class T>
auto plain(const std::optional<T>& value) -> std::optional<decltype(plain(*value))> {
  if (!value) return std::nullopt;
  return plain(*value);
}

/// The getter of a member.
template <class Class, class Member>
auto get(Member Class::*member) {
  return [member](const Class& object) { return plain(object.*member); };
}

}  // namespace joulecast::python
