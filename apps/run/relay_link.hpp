// What joulecast and its relay process tell each other: one message per packet of a socket.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace joulecast::run {

enum class LiveMode { row, title, log, off };

enum class RelayWord : char {
  // to the relay
  say = 's',      ///< text: a line that stays, on standard error
  live = 'l',     ///< text: the live line
  resize = 'w',   ///< the user's terminal has another size
  suspend = 'z',  ///< give the terminal back; answered by `done`
  resume = 'c',   ///< take the terminal again, if this job is in its foreground; answered by `done`
  drain = 'd',    ///< pass on what is left of the command's output; answered by `drained`
  quit = 'q',     ///< the command never began: leave at once
  // to joulecast
  done = 'D',
  taken = 'T',   ///< the terminal is ours again, without a word of joulecast's: `fg` after `bg`
  unread = 'U',  ///< text: "o" or "e": nobody reads this stream of the command's any more
  drained = 'E'  ///< text: any of the two letters below
};
constexpr char nothing_can_come = 'e', ended_within_line = 'm';

struct RelayMessage {
  RelayWord word = RelayWord::done;
  std::string_view text;
};

constexpr std::size_t longest_message = 4000;
using RelayPacket = std::array<char, longest_message>;

enum class Sent { yes, full, gone };

/// Sends without waiting. Longer texts are cut.
Sent send_message(int socket, RelayWord word, std::string_view text = {});

enum class Got { message, nothing, gone };

/// Takes a message without waiting. Its text lies in the packet.
Got take_message(int socket, RelayPacket& packet, RelayMessage& message);

}  // namespace joulecast::run
