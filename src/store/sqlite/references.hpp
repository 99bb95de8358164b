// What a person may write for a run. Internal to the store.
#pragma once

#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

struct FoundRun {
  std::int64_t key = 0;
  std::int64_t namesakes = 1;  ///< as RunChoice
};

/// The run that is meant: in this order an id, a name (its latest run), the beginning of one id, or the four
/// random characters at an id's end; "" is the latest run. invalid where there is none, and where several ids
/// begin or end so.
[[nodiscard]] Result<FoundRun> find_run(Database& database, std::string_view reference);

[[nodiscard]] Result<std::string> id_of_run(Database& database, std::int64_t run);

}  // namespace joulecast::store::sqlite
