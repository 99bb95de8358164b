#include "store/postgres/errors.hpp"

#include <array>

#include "base/printable.hpp"

namespace joulecast::store::postgres {
namespace {

struct State {
  std::string_view begins;  ///< the first characters of a SQLSTATE
  ErrorKind kind;
  std::string_view line;  ///< "" = what the server says
};

// The first that fits.
constexpr std::array states{
    State{"53100", ErrorKind::retry, "the server's disk is full"},
    State{"53200", ErrorKind::retry, "the server is out of memory"},
    State{"53300", ErrorKind::retry, "all connections of the server are taken (max_connections)"},
    State{"53400", ErrorKind::retry, ""},
    State{"57014", ErrorKind::retry, "the server gave the statement up"},
    State{"55P03", ErrorKind::retry, "the store is locked by another program"},
    State{"57P", ErrorKind::retry, "the server is shutting down, or starting"},
    State{"08", ErrorKind::retry, "the connection to the server was lost"},
    State{"40", ErrorKind::retry, "the store is locked by another program"},
    State{"58", ErrorKind::retry, ""},
    State{"25006", ErrorKind::denied, "the server takes no changes: is it a standby?"},
    State{"28", ErrorKind::denied, ""},
    State{"3D000", ErrorKind::denied, ""},
    // Two programs have begun runs with one id in the same moment; the next try finds it taken.
    State{"23505", ErrorKind::retry, ""},
    // Of statements that users write.
    State{"42", ErrorKind::invalid, ""},
    State{"22", ErrorKind::invalid, ""},
    State{"0A", ErrorKind::invalid, ""},
};

struct Words {
  std::string_view text;
  ErrorKind kind;
  std::string_view line;  ///< "" = what the server says
};

// Parts of the messages of libpq and of the server (in English; other languages get the general line).
constexpr std::array refusals{
    Words{"too many clients already", ErrorKind::retry,
          "all connections of the server are taken (max_connections)"},
    Words{"remaining connection slots", ErrorKind::retry,
          "all connections of the server are taken (max_connections)"},
    Words{"too many connections for", ErrorKind::retry, ""},
    Words{"no more connections allowed", ErrorKind::retry,
          "all connections of the server are taken (max_client_conn of PgBouncer)"},
    Words{"password authentication failed", ErrorKind::denied, ""},
    Words{"no password supplied", ErrorKind::denied,
          "the server wants a password: put it into ~/.pgpass, or name the file in PGPASSFILE"},
    Words{"no pg_hba.conf entry", ErrorKind::denied, ""},
    Words{"certificate", ErrorKind::denied, ""},
    Words{"server does not support SSL", ErrorKind::denied, ""},
    Words{"does not exist", ErrorKind::denied, ""},
    Words{"is not permitted to log in", ErrorKind::denied, ""},
    Words{"permission denied for database", ErrorKind::denied, ""},
};

/// The first line, from behind what says how serious it is.
std::string first_line(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  for (const std::string_view mark : {"FATAL:  ", "ERROR:  ", "failed: "})
    if (const auto at = message.find(mark); at != std::string_view::npos)
      message.remove_prefix(at + mark.size());
  while (message.ends_with('.') || message.ends_with(' ')) message.remove_suffix(1);
  return printable(std::string(message));
}

}  // namespace

Error describe(std::string_view state, std::string_view message, std::string_view role,
               const std::string& where) {
  const auto line = first_line(message);
  if (state.empty())
    return {ErrorKind::retry, "the connection to the server was lost" + (line.empty() ? "" : ": " + line),
            where};
  if (state == "42501")
    return {ErrorKind::denied,
            fmt::format("the role {} lacks a right ({}); the store's owner can grant it joulecast_writer or "
                        "joulecast_reader",
                        role, line),
            where};
  for (const auto& known : states)
    if (state.starts_with(known.begins))
      return {known.kind, known.line.empty() ? line : std::string(known.line), where};
  return {ErrorKind::malformed, fmt::format("unexpected content of the store: {} ({})", line, state), where};
}

Error describe_refusal(std::string_view message, const std::string& where) {
  const auto line = first_line(message);
  for (const auto& known : refusals)
    if (message.find(known.text) != std::string_view::npos)
      return {known.kind, known.line.empty() ? "the server refuses: " + line : std::string(known.line),
              where};
  return {ErrorKind::retry, "the server cannot be reached: " + line, where};
}

}  // namespace joulecast::store::postgres
