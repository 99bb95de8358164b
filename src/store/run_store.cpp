#include "store/run_store.hpp"

#include <cstdlib>

#include "store/closing.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace joulecast::store {

Result<std::string> default_url() {
  if (const char* set = std::getenv("JOULECAST_STORE"); set != nullptr && *set != '\0') return set;
  const auto folder = user_data_directory();
  if (!folder) return propagate(folder.error());
  return (*folder / "runs.db").string();
}

Status check_url(const std::string& url) {
  // The URL is not repeated in the message, because it may contain a password.
  for (const std::string_view scheme : {"postgresql://", "postgres://"})
    if (url.starts_with(scheme))
      return fail(ErrorKind::invalid, std::string(scheme) + "…",
                  "stores on PostgreSQL are not built in; name an SQLite file");
  if (const auto colon = url.find("://"); colon != std::string::npos && url.find('/') > colon)
    return fail(ErrorKind::invalid, url.substr(0, colon) + "://…",
                "no store is addressed like this; name an SQLite file by its path");
  if (url == ":memory:")
    return fail(ErrorKind::invalid, "\":memory:\"", "keeps nothing when joulecast ends; name a file");
  return {};
}

Result<std::unique_ptr<RunStore>> RunStore::open(const std::string& url, Access access, OpenOptions options) {
  if (const auto usable = check_url(url); !usable) return propagate(usable.error());
  return sqlite::open_store(url, access, std::move(options));
}

Result<std::string> RunStore::import_run(const trace::Run& run) {
  if (auto status = check_traces(location(), run); !status) return propagate(status.error());
  const auto import = this->import();
  if (auto status = trace::replay(run, *import); !status) return propagate(status.error());
  const auto& kept = import->kept().back();
  if (kept.already_there)
    return fail(ErrorKind::invalid, location(), "run {} is already stored; `joulecast rm` removes it",
                kept.id);
  return kept.id;
}

}  // namespace joulecast::store
