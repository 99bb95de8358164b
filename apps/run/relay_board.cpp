#include "run/relay_board.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <new>
#include <utility>

#include "base/system_error.hpp"

namespace joulecast::run {

Result<RelayBoard> RelayBoard::create() {
  void* memory =
      ::mmap(nullptr, sizeof(RelayFacts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return fail_errno("shared memory", errno);
  return RelayBoard(new (memory) RelayFacts);
}

RelayBoard::RelayBoard(RelayBoard&& other) noexcept : facts_(std::exchange(other.facts_, nullptr)) {}

RelayBoard::~RelayBoard() {
  if (facts_ != nullptr) ::munmap(facts_, sizeof(RelayFacts));
}

}  // namespace joulecast::run
