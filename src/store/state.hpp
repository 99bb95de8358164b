// What an open store holds: shared by Store and the RunWriter that takes one over. Internal.
#pragma once

#include "store/sqlite.hpp"
#include "store/store.hpp"

namespace joulecast::store {

struct Store::State {
  std::filesystem::path path;
  Database database;
  OpenOptions options;
  std::vector<std::string> recovered;
};

}  // namespace joulecast::store
