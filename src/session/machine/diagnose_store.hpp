// Whether the user's store on a server can be used, and what waits for it: `joulecast doctor`.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"

namespace joulecast::session {

struct StoreFinding {
  std::string location;            ///< address without a password, or path
  std::optional<Error> error;      ///< why it cannot be used
  std::size_t runs = 0;            ///< that are stored there
  std::size_t waiting = 0;         ///< of this user on this machine, for this store
  std::size_t waiting_others = 0;  ///< the same, for other stores
};

/// Nothing where the store is a file and no run waits for a server: then there is nothing to tell.
[[nodiscard]] std::optional<StoreFinding> diagnose_store();

}  // namespace joulecast::session
