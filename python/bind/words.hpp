// The core's messages in the words of Python: an argument where the command line has an option.
#pragma once

#include <string>
#include <string_view>

namespace joulecast::python {

/// "give --epochs or --steps" -> "give epochs or steps"; "--only dataset=..." -> only="dataset=...". Command
/// lines between backticks stay as they are; fields between backticks lose them.
[[nodiscard]] std::string in_python_words(std::string_view text);

/// The argument that sets a field of a request: "input" -> "input_shape", "limit_energy" as it is.
[[nodiscard]] std::string argument_of(std::string_view field);

}  // namespace joulecast::python
