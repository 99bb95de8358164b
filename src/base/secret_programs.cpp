#include "base/secret_programs.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/secrets.hpp"

namespace joulecast {
namespace {

constexpr std::array secret_options{SecretOption{"curl", "-b"},
                                    SecretOption{"ssh-keygen", "-N"},
                                    SecretOption{"twine", "-p"},
                                    SecretOption{"az", "-p"},
                                    SecretOption{"mysql", "-p", false},
                                    SecretOption{"mysqldump", "-p", false},
                                    SecretOption{"mysqladmin", "-p", false},
                                    SecretOption{"mysqlimport", "-p", false},
                                    SecretOption{"mysqlshow", "-p", false},
                                    SecretOption{"mariadb", "-p", false},
                                    SecretOption{"mariadb-dump", "-p", false},
                                    SecretOption{"7z", "-p", false},
                                    SecretOption{"7za", "-p", false},
                                    SecretOption{"sshpass", "-p"},
                                    SecretOption{"redis-cli", "-a"},
                                    SecretOption{"redis-cli", "--pass"},
                                    SecretOption{"mongo", "-p"},
                                    SecretOption{"mongosh", "-p"},
                                    SecretOption{"mongodump", "-p"},
                                    SecretOption{"mongoimport", "-p"},
                                    SecretOption{"docker", "-p"},
                                    SecretOption{"podman", "-p"},
                                    SecretOption{"ldapsearch", "-w"},
                                    SecretOption{"zip", "-P"},
                                    SecretOption{"unzip", "-P"},
                                    SecretOption{"sqlcmd", "-P"},
                                    SecretOption{"bcp", "-P"},
                                    SecretOption{"curl", "-u", true, true},
                                    SecretOption{"curl", "--user", true, true},
                                    SecretOption{"curl", "-U", true, true},
                                    SecretOption{"curl", "--proxy-user", true, true},
                                    SecretOption{"http", "-a", true, true},
                                    SecretOption{"smbclient", "-U", true, true}};

/// Commands whose words are secrets: `wandb login X`.
struct LoginCommand {
  std::string_view program, command;
};
constexpr std::array login_commands{LoginCommand{"wandb", "login"}, LoginCommand{"vault", "login"},
                                    LoginCommand{"ngrok", "authtoken"},
                                    LoginCommand{"ngrok", "add-authtoken"}};

std::string_view program_named(std::string_view word) {
  const auto name = word.substr(word.rfind('/') + 1);
  if (const auto login = std::ranges::find(login_commands, name, &LoginCommand::program);
      login != login_commands.end())
    return login->program;
  const auto known = std::ranges::find(secret_options, name, &SecretOption::program);
  return known == secret_options.end() ? std::string_view{} : known->program;
}

void hide_behind_sign(std::string& word, std::size_t from) {
  const auto sign = word.find_first_of(":%", from);
  if (sign != std::string::npos && sign + 1 < word.size()) word.replace(sign + 1, word.npos, hidden_secret);
}

}  // namespace

void hide_value(std::string& word) {
  const auto begin = word.find_first_not_of("'\"\\");
  const auto end = word.find_last_not_of("'\"\\},");
  if (begin != std::string::npos && end != std::string::npos && begin <= end)
    word.replace(begin, end - begin + 1, hidden_secret);
}

bool ProgramOptions::hide_in(std::string& word) {
  if (const auto* before = std::exchange(waiting_, nullptr)) {
    if (before->behind_sign)
      hide_behind_sign(word, 0);
    else
      hide_value(word);
    return true;
  }
  if (const auto named = program_named(word); !named.empty()) {
    program_ = named;
    publishes_ports_ = logs_in_ = false;
    return false;
  }
  // A port of `docker run -p 80:80` is none.
  if (word == "run" || word == "create") publishes_ports_ = program_ == "docker" || program_ == "podman";
  const bool its_command = program_ == "sshpass" && !word.starts_with('-');
  if (its_command || word == "|" || word == "||" || word == "&&") program_ = {}, logs_in_ = false;
  if (publishes_ports_) return false;
  if (logs_in_ && !word.starts_with('-')) {
    hide_value(word);
    return true;
  }
  logs_in_ = logs_in_ || std::ranges::any_of(login_commands, [&](const LoginCommand& known) {
               return known.program == program_ && known.command == word;
             });
  for (const auto& known : secret_options) {
    if (known.program != program_ || !word.starts_with(known.option)) continue;
    const auto length = known.option.size();
    if (word.size() == length) {
      if (known.next_word) waiting_ = &known;
      return true;
    }
    const bool is_long = known.option.starts_with("--");
    if (is_long && word[length] != '=') continue;
    if (known.behind_sign)
      hide_behind_sign(word, length);
    else
      word.replace(length + (is_long ? 1 : 0), word.npos, hidden_secret);
    return true;
  }
  return false;
}

}  // namespace joulecast
