#include "cli/support/man_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.hpp"

namespace joulecast::cli {
namespace {

/// Removes the first code point from UTF-8 text and returns it.
char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t code = length == 1 ? lead : lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  text.remove_prefix(std::min(length, text.size()));
  return code;
}

/// Escapes text for roff: no character acts as a command, and hyphens can be copied from the page.
std::string roff(std::string_view text) {
  std::string result;
  if (text.starts_with('.') || text.starts_with('\'')) result = "\\&";
  while (!text.empty()) {
    const auto code = take_code_point(text);
    if (code == '\\')
      result += "\\(rs";
    else if (code == '-')
      result += "\\-";
    else if (code == '"')
      result += "\\(dq";
    else if (code == '\'')
      result += "\\(aq";
    else if (code == '^' || code == '`' || code == '~')
      result += code == '^' ? "\\(ha" : code == '`' ? "\\(ga" : "\\(ti";
    else if (code < 0x80)
      result += static_cast<char>(code);
    else
      result += fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(code));
  }
  return result;
}

std::string bold(std::string_view text) {
  return "\\fB" + roff(text) + "\\fR";
}
std::string italic(std::string_view text) {
  return "\\fI" + roff(text) + "\\fR";
}

std::string paragraph(std::string_view text) {
  std::string result;
  for (const auto line : split(text, '\n'))
    result += (result.empty() ? ".PP\n" : ".br\n") + roff(line) + "\n";
  return result;
}

/// `tag` must already be escaped.
std::string entry(const std::string& tag, std::string_view text) {
  return ".TP\n" + tag + "\n" + (text.empty() ? std::string("\\&") : roff(text)) + "\n";
}

std::string option_entry(const OptionDescription& option) {
  std::vector<std::string> names;
  for (const auto& name : option.names) names.push_back(bold(name));
  auto tag = fmt::format("{}", fmt::join(names, ", "));
  if (option.names.empty()) tag = italic(option.value);
  if (!option.names.empty() && !option.value.empty())
    tag += option.value_may_be_left_out ? " [" + italic(option.value) + "]" : " " + italic(option.value);
  auto text = option.help;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  if (!option.choices.empty())
    add(fmt::format("one of {}{}", fmt::join(option.choices, ", "),
                    option.open_choice.empty() ? "" : " or " + option.open_choice));
  if (!option.default_value.empty()) add("default: " + option.default_value);
  if (!option.environment.empty()) add("or $" + option.environment);
  if (option.required && !option.names.empty()) add("has to be given");
  return entry(tag, text);
}

std::string command_section(const CommandDescription& command, const std::string& path) {
  auto text = fmt::format(".SS {}\n", roff(fmt::format("{} {}", path, usage_of(command)))) +
              roff(command.summary) + ".\n";
  for (const auto& positional : command.positionals) text += option_entry(positional);
  for (const auto& option : command.options)
    if (!std::ranges::count(option.names, "--help")) text += option_entry(option);
  if (!command.footer.empty()) text += paragraph(command.footer);
  for (const auto& below : command.commands) text += command_section(below, path + " " + below.name);
  return text;
}

/// The commands under the headings of `joulecast --help`, one line each.
std::string command_list(const CommandDescription& program) {
  std::vector<std::string> sections;
  for (const auto& command : program.commands)
    if (!std::ranges::count(sections, command.section)) sections.push_back(command.section);
  std::string text;
  for (const auto& section : sections) {
    text += paragraph(section + ":");
    for (const auto& command : program.commands)
      if (command.section == section) text += entry(bold(command.name), command.summary);
  }
  return text;
}

constexpr std::string_view environment_and_files = R"(.SH EXIT STATUS
.TP
0
Done.
.TP
1
It was tried and failed: a full disk, a locked store.
.TP
2
The arguments or the input cannot be used.
.PP
.B joulecast run
ends with the status of the command that it measures; as a shell does, with 126 or 127 where that command cannot be
started, and with 128 plus the number of the signal that ended it.
.SH ENVIRONMENT
.TP
.B JOULECAST_STORE
Where runs are kept, where \-\-store does not say.
.TP
.B JOULECAST_SHARE
Folder of the dated tables (hardware, carbon, networks, models), in place of the installed one.
.TP
.B JOULECAST_SOCKET
Set for the measured command: where it can tell its epochs and metrics.
.TP
.B JOULECAST_STORE_PER_NODE
1: each node of a job of several writes a file of its own beside the store, as on a network file system; 0: none does.
.TP
.B JOULECAST_RANK
Set for the command of one of several ranks of a node: its number there.
.TP
.BR JOULECAST_SYSFS ", " JOULECAST_PROCFS ", " JOULECAST_DEVFS
Where /sys, /proc and /dev of the measured machine are mounted, in a container.
.TP
.BR JOULECAST_NVML_LIBRARY ", " JOULECAST_ROCM_LIBRARY
Paths of the vendors' libraries, in place of those that the system finds.
.PP
Options that a variable can stand in for name it above.
.SH FILES
.TP
.I \(ti/.local/share/joulecast/runs.db
The store, an SQLite file; below $XDG_DATA_HOME where that is set.
)";

}  // namespace

std::string man_page(const CommandDescription& program, std::string_view version) {
  auto text = fmt::format(".TH JOULECAST 1 \"\" \"joulecast {}\" \"User Commands\"\n", version);
  text += ".SH NAME\njoulecast \\- what a deep\\-learning training costs in joules\n";
  text += ".SH SYNOPSIS\n.B joulecast\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n";
  text += ".SH DESCRIPTION\n" + roff(program.summary) + "\n";
  text += paragraph(
      "Measures what the machine has meters for, models what it has not, and says of every figure which it "
      "is. "
      "Reads epochs and metrics from a training's own output, forecasts its total while it runs, and keeps "
      "the "
      "run.");
  text += ".SH COMMANDS\n" + command_list(program);
  text += ".SH OPTIONS OF EACH COMMAND\n" + paragraph("Every command also has --help.");
  for (const auto& command : program.commands) text += command_section(command, command.name);
  return text + std::string(environment_and_files);
}

}  // namespace joulecast::cli
