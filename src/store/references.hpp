// What a person may write for a run. Internal to the store.
#pragma once

#include "store/sqlite.hpp"

namespace joulecast::store {

/// Row key of the run that is meant: in this order an id, a name, the beginning of one id, or the four random
/// characters at an id's end; "" is the latest run. invalid where there is none or more than one.
[[nodiscard]] Result<std::int64_t> find_run(Database& database, std::string_view reference);

[[nodiscard]] Result<std::string> id_of_run(Database& database, std::int64_t run);

}  // namespace joulecast::store
