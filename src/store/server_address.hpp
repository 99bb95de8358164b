// Whether two addresses of a server mean the same store. Internal to the store.
#pragma once

#include <string>
#include <string_view>

namespace joulecast::store {

/// What tells the store that an address of PostgreSQL names from others: its hosts and ports, the database,
/// the role and the service. Passwords and how to connect do not. What the environment adds is not looked at.
[[nodiscard]] std::string identity_of(std::string_view url);

}  // namespace joulecast::store
