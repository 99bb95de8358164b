// Takes passwords, keys and tokens out of a command line before it is kept or shown.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast {

/// What stands in a secret's place.
constexpr std::string_view hidden_secret = "***";

/// The command line with *** for
/// - the value of an option, variable, header or key whose name says that it is secret: --api-key=X, --token
/// X,
///   PGPASSWORD=X, wandb.api_key=X, {"password" : "X"}, environ["HF_TOKEN"] = "X", Authorization: Bearer X;
/// - the password in user:password@host, and who is named in https://X@host;
/// - what known programs take as one: mysql -pX, wandb login X;
/// - words in the form of a known kind of token: hf_…, sk-…, ghp_…, AKIA…
/// Also within a word that holds a command line itself, as in `sh -c`. What secrets look like is listed in
/// docs/store.md. A secret in another form is not recognised.
[[nodiscard]] std::vector<std::string> without_secrets(std::vector<std::string> command);
/// The same for a text of one word or several, such as a run's name.
[[nodiscard]] std::string without_secrets(std::string text);
/// The same for tags: the values of secret names, and what looks like a secret in the others.
[[nodiscard]] std::map<std::string, std::string> without_secrets(std::map<std::string, std::string> values);

/// Whether a name says that its value is secret whatever it is: "--api-key", "HF_TOKEN", "db.password",
/// "PGPASSWORD"; not "--max-tokens", "--pad_token", "--sort-key", "monkey".
[[nodiscard]] bool names_secret(std::string_view name);
/// Whether the value that has this name is secret. With a name that may mean something else ("--auth",
/// "--pass") a small number and a kind of authentication ("basic") are not.
[[nodiscard]] bool is_secret(std::string_view name, std::string_view value);

}  // namespace joulecast
