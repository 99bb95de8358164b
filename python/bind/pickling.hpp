// Pickle for structs of plain members: each is kept as a tuple of the members that `members(Of<T>)` names.
#pragma once

#include <nanobind/stl/string_view.h>

#include <filesystem>
#include <new>
#include <set>
#include <string_view>
#include <tuple>

#include "bind/attributes.hpp"

namespace joulecast::python {

template <class T>
struct Of {};

template <class T>
concept Composed = requires {
  members(Of<T>{});
};

// All are declared here, for those that call each other.
template <class T>
nb::object kept(const T& value);
template <class T>
nb::object kept(const std::optional<T>& value);
template <class T>
nb::object kept(const std::vector<T>& values);
template <class Tag>
nb::object kept(const Unit<Tag>& value);
nb::object kept(const std::filesystem::path& path);
template <class T>
void restore(T& value, nb::handle kept);
template <class T>
void restore(std::optional<T>& value, nb::handle kept);
template <class T>
void restore(std::vector<T>& values, nb::handle kept);
template <class Tag>
void restore(Unit<Tag>& value, nb::handle kept);
void restore(std::filesystem::path& path, nb::handle kept);
void restore(std::string_view& text, nb::handle kept);

template <class T>
nb::object kept(const std::optional<T>& value) {
  if (!value) return nb::none();
  return nb::make_tuple(kept(*value));
}
template <class T>
nb::object kept(const std::vector<T>& values) {
  nb::list list;
  for (const auto& value : values) list.append(kept(value));
  return list;
}
template <class Tag>
nb::object kept(const Unit<Tag>& value) {
  return nb::float_(value.value());
}
inline nb::object kept(const std::filesystem::path& path) {
  return nb::cast(path.string());
}
template <class T>
nb::object kept(const T& value) {
  if constexpr (Composed<T>) {
    return std::apply([&](auto... member) { return nb::make_tuple(kept(value.*member)...); },
                      members(Of<T>{}));
  } else if constexpr (std::is_enum_v<T>) {
    return nb::int_(static_cast<int>(value));
  } else {
    return nb::cast(value);
  }
}

template <class T>
void restore(std::optional<T>& value, nb::handle kept) {
  value.reset();
  if (!kept.is_none()) restore(value.emplace(), nb::borrow<nb::tuple>(kept)[0]);
}
template <class T>
void restore(std::vector<T>& values, nb::handle kept) {
  values.clear();
  for (const auto one : nb::borrow<nb::list>(kept)) restore(values.emplace_back(), one);
}
template <class Tag>
void restore(Unit<Tag>& value, nb::handle kept) {
  value = Unit<Tag>{nb::cast<double>(kept)};
}
inline void restore(std::filesystem::path& path, nb::handle kept) {
  path = nb::cast<std::string>(kept);
}
/// Of a constant of another process, which is one here as well.
inline void restore(std::string_view& text, nb::handle kept) {
  static std::set<std::string> constants;
  text = *constants.insert(nb::cast<std::string>(kept)).first;
}
template <class T>
void restore(T& value, nb::handle kept) {
  if constexpr (Composed<T>) {
    const auto tuple = nb::borrow<nb::tuple>(kept);
    std::size_t place = 0;
    std::apply([&](auto... member) { (restore(value.*member, tuple[place++]), ...); }, members(Of<T>{}));
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(nb::cast<int>(kept));
  } else {
    value = nb::cast<T>(kept);
  }
}

template <class T, class... Base>
void def_pickling(nb::class_<T, Base...>& bound) {
  bound.def("__getstate__", [](const T& self) { return nb::borrow<nb::tuple>(kept(self)); })
      .def("__setstate__", [](T& self, const nb::tuple& state) { restore(*new (&self) T{}, state); });
}

}  // namespace joulecast::python
