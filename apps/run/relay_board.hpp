// Facts that the relay process and joulecast share in memory, and that outlive either.
#pragma once

#include <termios.h>

#include <atomic>
#include <cstdint>

#include "base/result.hpp"

namespace joulecast::run {

struct RelayFacts {
  /// Bytes of the command's output that could not be written where they belong, and the last reason.
  std::atomic<std::uint64_t> unwritten{0};
  std::atomic<int> unwritten_errno{0};
  /// Bytes of the command's output that the relay has read and not written yet.
  std::atomic<std::uint64_t> held{0};
  /// The modes of the user's terminal before the relay set its own.
  termios modes_before{};
  termios modes_ours{};
  std::atomic<bool> modes_set{false};
  /// Rows of the terminal whose bottom row is ours; 0 while none is.
  std::atomic<int> row_of{0};
};

/// Memory that processes forked from now on share.
class RelayBoard {
 public:
  /// retry if there is no memory.
  [[nodiscard]] static Result<RelayBoard> create();
  RelayBoard(RelayBoard&& other) noexcept;
  RelayBoard& operator=(RelayBoard&&) = delete;
  ~RelayBoard();

  RelayFacts* operator->() const { return facts_; }
  RelayFacts& operator*() const { return *facts_; }

 private:
  explicit RelayBoard(RelayFacts* facts) : facts_(facts) {}
  RelayFacts* facts_;
};

}  // namespace joulecast::run
