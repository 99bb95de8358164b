// What kind of file a command's first word names.
#pragma once

#include <string>

namespace joulecast::run {

/// The file that exec takes for this name; "" if there is none.
[[nodiscard]] std::string find_program(const std::string& name);

/// As a shell judges it: a script has no NUL in its first line. False for "".
[[nodiscard]] bool looks_binary(const std::string& file);

/// The program that a script names in its first line, "" for anything else.
[[nodiscard]] std::string interpreter_of(const std::string& script);

}  // namespace joulecast::run
