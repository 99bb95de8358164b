// What known programs take as secrets. Internal to without_secrets().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast {

/// An option of a program that names no secret: `mysql -pX`, `curl -u user:X`.
struct SecretOption {
  std::string_view program, option;
  bool next_word = true;  ///< X may be the next word
  /// X is what follows one of these: "user:X"; "" = the whole value.
  std::string_view signs = "";
};

/// Hides what `echo X | docker login --password-stdin` and `echo X | sudo -S` hand on.
void hide_piped_password(std::vector<std::string>& words);

/// Goes over a command's words with the last program that was named.
class ProgramOptions {
 public:
  /// Hides what is secret in the word. Returns whether it was one of the program's options or its value.
  bool hide_in(std::string& word);

 private:
  std::string_view program_;
  bool publishes_ports_ = false;
  bool logs_in_ = false;
  std::size_t alias_words_ = 0;  ///< of `mc alias set NAME URL KEY X`, with "alias"
  const SecretOption* waiting_ = nullptr;
};

/// Replaces the word, but not its quotes and brackets.
void hide_value(std::string& word);

}  // namespace joulecast
