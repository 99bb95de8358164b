#include "store/liveness.hpp"

#include <unistd.h>

#include <array>
#include <optional>

#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::store {
namespace {

std::optional<std::uint64_t> start_ticks_of(std::int64_t pid, const Roots& roots) {
  const auto stat = read_file(roots.proc / std::to_string(pid) / "stat");
  if (!stat) return std::nullopt;
  // Field 2 is the command's name in brackets. It may itself contain spaces and brackets, so fields are
  // counted from the last closing bracket.
  const auto behind_name = stat->rfind(')');
  if (behind_name == std::string::npos) return std::nullopt;
  const auto fields = split(trim(std::string_view(*stat).substr(behind_name + 1)), ' ');
  constexpr std::size_t state_field = 3;
  constexpr std::size_t start_field = 22;
  if (fields.size() <= start_field - state_field) return std::nullopt;
  if (fields[0] == "Z" || fields[0] == "X")
    return std::nullopt;  // it has ended, but its parent has not waited for it yet
  return parse_uint(fields[start_field - state_field]);
}

std::string line_of(const std::filesystem::path& file) {
  const auto text = read_file(file);
  return text ? std::string(trim(*text)) : std::string{};
}

std::string boot_id(const Roots& roots) {
  return line_of(roots.proc / "sys/kernel/random/boot_id");
}

std::string machine_id(const Roots& roots) {
  return line_of(roots.etc / "machine-id");
}

std::string pid_namespace(const Roots& roots) {
  std::error_code error;
  return std::filesystem::read_symlink(roots.proc / "self/ns/pid", error).string();
}

std::string hostname() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

}  // namespace

Owner current_owner(const Roots& roots) {
  const auto pid = ::getpid();
  return {.hostname = hostname(),
          .boot_id = boot_id(roots),
          .pid_namespace = pid_namespace(roots),
          .pid = pid,
          .start_ticks = start_ticks_of(pid, roots).value_or(0),
          .machine_id = machine_id(roots)};
}

Liveness liveness_of(const Owner& owner, Seconds since_heartbeat, const Roots& roots) {
  const bool fresh = since_heartbeat < stale_heartbeat;
  if (owner.boot_id == boot_id(roots)) {
    const bool alive = owner.pid_namespace == pid_namespace(roots)
                           ? start_ticks_of(owner.pid, roots) == owner.start_ticks
                           : fresh;
    return alive ? Liveness::alive : Liveness::dead;
  }
  const auto here = machine_id(roots);
  const bool same_name = owner.hostname == hostname();
  // Many machines are called localhost. If only the names match, a restart of this machine is assumed only
  // after an old heartbeat.
  const bool identified = !here.empty() && !owner.machine_id.empty();
  if (same_name && identified && here == owner.machine_id) return Liveness::dead;
  if (fresh) return Liveness::alive;
  return same_name && !identified ? Liveness::dead : Liveness::silent;
}

}  // namespace joulecast::store
