#include <nanobind/stl/string.h>

#include <algorithm>
#include <string>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/words.hpp"

namespace joulecast::python {
namespace {

/// "InvalidError" for ErrorKind::invalid.
std::string class_name(ErrorKind kind) {
  auto name = std::string(name_of(kind));
  name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name + "Error";
}

void raise(const Error& error) {
  const auto errors = nb::module_::import_("joulecast.errors");
  // An attribute is looked up where it is used, so that its name has to live until then.
  const auto name = class_name(error.kind);
  const nb::object type = errors.attr(name.c_str());
  const auto blank = std::min(error.where.find(' '), error.where.size());
  const auto where =
      error.is_field ? argument_of(error.where.substr(0, blank)) + error.where.substr(blank) : error.where;
  const nb::object exception = type(in_python_words(error.message), where);
  PyErr_SetObject(type.ptr(), exception.ptr());
}

}  // namespace

void bind_errors(nb::module_& module) {
  (void)module;
  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Raised& raised) {
      raise(raised.error());
    }
  });
}

}  // namespace joulecast::python
