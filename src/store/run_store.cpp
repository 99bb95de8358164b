#include "store/run_store.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/secrets.hpp"
#include "store/closing.hpp"
#include "store/journal_file.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace joulecast::store {
namespace {

/// As psql may be told of a server, or with a slash too few. Made a file, its name would show a password.
bool is_meant_for_server(std::string_view url) {
  constexpr std::array beginnings{
      "postgresql:", "postgres:", "host=", "hostaddr=", "dbname=", "service=", "user=", "port=", "password="};
  return std::ranges::any_of(beginnings, [&](const char* begin) { return url.starts_with(begin); });
}

}  // namespace

Result<std::string> default_url() {
  if (const char* set = std::getenv("JOULECAST_STORE"); set != nullptr && *set != '\0') return set;
  const auto folder = user_data_directory();
  if (!folder) return propagate(folder.error());
  return (*folder / "runs.db").string();
}

bool is_on_server(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

std::string shown_url(const std::string& url) {
  return is_on_server(url) ? without_secrets(url) : url;
}

std::size_t waiting_runs(const std::string& url) {
  return waiting_journals(shown_url(url)).size();
}

Status check_url(const std::string& url) {
  if (is_on_server(url)) return postgres::check_address(url);
  // The address is not repeated in the message, because it may contain a password.
  if (const auto colon = url.find("://"); colon != std::string::npos && url.find('/') > colon)
    return fail(
        ErrorKind::invalid, url.substr(0, colon) + "://…",
        "no store is addressed like this; name an SQLite file by its path, or a server by postgresql://");
  if (is_meant_for_server(url))
    return fail(ErrorKind::invalid, "the store's address",
                "a server is named like postgresql://user@host:5432/database; a file of this name by a path "
                "with ./ before it");
  if (url == ":memory:")
    return fail(ErrorKind::invalid, "\":memory:\"", "keeps nothing when joulecast ends; name a file");
  return {};
}

Result<std::unique_ptr<RunStore>> RunStore::open(const std::string& url, Access access, OpenOptions options) {
  if (const auto usable = check_url(url); !usable) return propagate(usable.error());
  if (is_on_server(url)) return postgres::open_store(url, access, std::move(options));
  return sqlite::open_store(url, access, std::move(options));
}

Result<std::unique_ptr<RunWriter>> RunStore::record_in(const std::string& url, const trace::Run& header,
                                                       OpenOptions options, WriterOptions writer) {
  if (is_on_server(url)) return postgres::record_in(url, header, std::move(options), std::move(writer));
  auto opened = open(url, Access::write, std::move(options));
  if (!opened) return propagate(opened.error());
  return (*opened)->record(header, std::move(writer));
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
