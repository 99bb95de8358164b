// SQLite as any other program uses it.
#pragma once

#include <sqlite3.h>

#include <string>

namespace joulecast::store::sqlite {

/// Opens a file, runs statements, and closes it. Returns SQLite's result.
inline int run_plainly(const std::string& path, const char* sql) {
  sqlite3* handle = nullptr;
  int code = sqlite3_open(path.c_str(), &handle);
  if (code == SQLITE_OK) code = sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
  sqlite3_close(handle);
  return code;
}

}  // namespace joulecast::store::sqlite
