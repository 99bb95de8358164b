// Secrets that stand behind a name in the same text. Internal to without_secrets().
#pragma once

#include <string>
#include <string_view>

namespace joulecast {

/// Whether it names a kind of authentication, before the secret itself: "Bearer".
[[nodiscard]] bool is_scheme(std::string_view word);

/// A header with a secret, also in one word with its option: hides all that stands behind its name. False for
/// any other text.
bool hide_header(std::string& text);

/// NAME=X, "NAME": "X", ["NAME"] = "X", and `login('X')`, `setdefault('NAME', 'X')` of a program in Python.
void hide_assignments(std::string& text);

}  // namespace joulecast
