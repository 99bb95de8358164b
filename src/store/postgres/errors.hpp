// What a server or libpq says, as an error in one line that tells the user what to do. Internal to the store.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace joulecast::store::postgres {

/// `state` is the SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html), "" if there is none;
/// `message` is the server's, and may have several lines. `role` is the user's name on the server.
[[nodiscard]] Error describe(std::string_view state, std::string_view message, std::string_view role,
                             const std::string& where);

/// Why no connection came about. libpq gives no SQLSTATE then, so its words tell.
[[nodiscard]] Error describe_refusal(std::string_view message, const std::string& where);

}  // namespace joulecast::store::postgres
