// What programs that collect the output of others put before each of its lines.
#pragma once

#include <cstddef>
#include <string_view>

namespace joulecast::formats {

enum class LinePrefix {
  none,
  task,     ///< srun --label: "0: "
  stream,   ///< containerd: "2026-11-05T10:00:00.5Z stdout F "
  moment,   ///< kubectl logs --timestamps, docker logs -t: "2026-11-05T10:00:00.5Z "
  journal,  ///< journalctl, syslog: "Nov 05 10:00:00 host program[123]: "
  service,  ///< docker compose logs: "logger-1  | "
};

/// The length of such a prefix at the front of a line; 0 if it has none.
[[nodiscard]] std::size_t length_of(LinePrefix prefix, std::string_view line);

/// What all of a text's first lines begin with. None if they begin with different labels, because the lines
/// of several tasks or services are logs of their own.
[[nodiscard]] LinePrefix prefix_of_lines(std::string_view text);
/// Whether the lines are those of several tasks or services.
[[nodiscard]] bool mixes_labels(std::string_view text);

}  // namespace joulecast::formats
