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
                                    SecretOption{"curl", "-u", true, ":"},
                                    SecretOption{"curl", "--user", true, ":"},
                                    SecretOption{"curl", "-U", true, ":"},
                                    SecretOption{"curl", "--proxy-user", true, ":"},
                                    SecretOption{"curl", "--cert", true, ":"},
                                    SecretOption{"curl", "-E", true, ":"},
                                    SecretOption{"wget", "--http-passwd"},
                                    SecretOption{"cqlsh", "-p"},
                                    SecretOption{"influx", "-t"},
                                    SecretOption{"influx", "-p"},
                                    SecretOption{"keytool", "-storepass"},
                                    SecretOption{"keytool", "-keypass"},
                                    SecretOption{"openssl", "-k"},
                                    SecretOption{"openssl", "-K"},
                                    SecretOption{"lftp", "-u", true, ","},
                                    SecretOption{"skopeo", "--creds", true, ":"},
                                    SecretOption{"skopeo", "--src-creds", true, ":"},
                                    SecretOption{"skopeo", "--dest-creds", true, ":"},
                                    SecretOption{"kubectl", "--from-literal", true, "="},
                                    SecretOption{"http", "-a", true, ":"},
                                    SecretOption{"smbclient", "-U", true, "%"}};

/// Commands whose words are secrets: `wandb login X`.
struct LoginCommand {
  std::string_view program, command;
};
constexpr std::array login_commands{LoginCommand{"wandb", "login"}, LoginCommand{"vault", "login"},
                                    LoginCommand{"vault", "put"}, LoginCommand{"ngrok", "authtoken"},
                                    LoginCommand{"ngrok", "add-authtoken"}};

/// Other options of these begin with the letters of a secret one: -keyout.
constexpr std::array<std::string_view, 3> programs_of_long_names{"openssl", "keytool", "influx"};

/// `mc alias set NAME URL KEY X`: the words from "alias" that are no secrets.
constexpr std::size_t plain_alias_words = 4;

/// Where the value begins in a word that has the option, npos if it does not: `curl -sSLu` ends in -u.
std::size_t end_of_option(std::string_view word, const SecretOption& known) {
  const auto length = known.option.size();
  if (word.starts_with(known.option)) {
    const bool whole =
        std::ranges::find(programs_of_long_names, known.program) != programs_of_long_names.end();
    return whole && word.size() != length ? word.npos : length;
  }
  constexpr std::string_view switches_of_curl = "sSfLkviIgGjNnOpqRaZ#012346l";
  if (known.program != "curl" || length != 2 || !word.starts_with('-') || word.starts_with("--"))
    return word.npos;
  const auto at = word.find_first_not_of(switches_of_curl, 1);
  return at != word.npos && word[at] == known.option[1] ? at + 1 : word.npos;
}

std::string_view program_named(std::string_view word) {
  const auto name = word.substr(word.find_last_of("/=") + 1);  // also of ProxyCommand=sshpass
  if (const auto login = std::ranges::find(login_commands, name, &LoginCommand::program);
      login != login_commands.end())
    return login->program;
  if (name == "mc") return "mc";
  const auto known = std::ranges::find(secret_options, name, &SecretOption::program);
  return known == secret_options.end() ? std::string_view{} : known->program;
}

void hide_behind_sign(std::string& word, std::size_t from, std::string_view signs) {
  const auto sign = word.find_first_of(signs, from);
  if (sign != std::string::npos && sign + 1 < word.size()) word.replace(sign + 1, word.npos, hidden_secret);
}

}  // namespace

void hide_value(std::string& word) {
  const auto begin = word.find_first_not_of("'\"\\");
  const auto end = word.find_last_not_of("'\"\\},");
  if (begin != std::string::npos && end != std::string::npos && begin <= end)
    word.replace(begin, end - begin + 1, hidden_secret);
}

/// `docker login --password-stdin <<< X`
void hide_here_string(std::vector<std::string>& words) {
  const auto sign = std::ranges::find(words, "<<<");
  if (sign == words.end() || sign + 1 == words.end()) return;
  const bool reads = std::any_of(words.begin(), sign, [](std::string_view word) {
    return word == "--password-stdin" || word == "--with-token" || word == "-S";
  });
  if (reads) hide_value(*(sign + 1));
}

void hide_piped_password(std::vector<std::string>& words) {
  hide_here_string(words);
  const auto pipe = std::ranges::find(words, "|");
  const bool reads = std::any_of(pipe, words.end(), [](std::string_view word) {
    return word == "--password-stdin" || word == "--with-token" || word == "--pass-stdin";
  });
  const auto sudo = std::find(pipe, words.end(), "sudo");
  const bool asks = sudo != words.end() && std::find(sudo, words.end(), "-S") != words.end();
  if (!reads && !asks) return;
  const auto echo = std::find_if(words.begin(), pipe,
                                 [](std::string_view word) { return word == "echo" || word == "printf"; });
  for (auto word = echo; word != pipe; ++word)
    if (word != echo && !word->starts_with('-')) hide_value(*word);
}

bool ProgramOptions::hide_in(std::string& word) {
  if (const auto* before = std::exchange(waiting_, nullptr)) {
    if (!before->signs.empty())
      hide_behind_sign(word, 0, before->signs);
    else
      hide_value(word);
    return true;
  }
  if (const auto named = program_named(word); !named.empty()) {
    program_ = named;
    publishes_ports_ = logs_in_ = false;
    alias_words_ = 0;
    return false;
  }
  // A port of `docker run -p 80:80` is none.
  if (word == "run" || word == "create") publishes_ports_ = program_ == "docker" || program_ == "podman";
  const bool its_command = program_ == "sshpass" && !word.starts_with('-');
  if (its_command || word == "|" || word == "||" || word == "&&") program_ = {}, logs_in_ = false;
  if (publishes_ports_) return false;
  if (program_ == "mc" && !word.starts_with('-') && (word == "alias" || alias_words_ != 0) &&
      ++alias_words_ > plain_alias_words) {
    hide_value(word);
    return true;
  }
  if (logs_in_ && !word.starts_with('-')) {
    hide_value(word);
    return true;
  }
  logs_in_ = logs_in_ || std::ranges::any_of(login_commands, [&](const LoginCommand& known) {
               return known.program == program_ && known.command == word;
             });
  for (const auto& known : secret_options) {
    if (known.program != program_) continue;
    const auto length = end_of_option(word, known);
    if (length == word.npos) continue;
    if (word.size() == length) {
      if (known.next_word) waiting_ = &known;
      return true;
    }
    const bool is_long = known.option.starts_with("--");
    if (is_long && word[length] != '=') continue;
    if (!known.signs.empty())
      hide_behind_sign(word, length, known.signs);
    else
      word.replace(length + (is_long ? 1 : 0), word.npos, hidden_secret);
    return true;
  }
  return false;
}

}  // namespace joulecast
