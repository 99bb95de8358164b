// Takes passwords, keys and tokens out of a command line before it is kept or shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast {

/// What stands in a secret's place.
constexpr std::string_view hidden_secret = "***";

/// The command line with *** for
/// - the value of an option or variable whose name says that it is secret: --api-key=X, --token X, KEY=X,
///   wandb.api_key=X, {"password": "X"}, Authorization: Bearer X;
/// - the password in user:password@host;
/// - words in the form of a known kind of token: hf_…, sk-…, ghp_…, AKIA…
/// Also within a word that holds a command line itself, as in `sh -c`. What secrets look like is listed in
/// docs/store.md. A secret in another form is not recognised.
[[nodiscard]] std::vector<std::string> without_secrets(std::vector<std::string> command);

/// Whether a name says that its value is secret: "--api-key", "HF_TOKEN", "db.password"; not "--max-tokens",
/// "--pad_token", "--sort-key".
[[nodiscard]] bool names_secret(std::string_view name);

}  // namespace joulecast
