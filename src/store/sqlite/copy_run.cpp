#include "store/sqlite/copy_run.hpp"

namespace joulecast::store::sqlite {
namespace {

void copy_rows(Transaction& transaction, std::int64_t key) {
  transaction.run(
      "INSERT INTO other.block SELECT * FROM main.block WHERE key IN (SELECT block FROM main.chunk WHERE run "
      "= ?1 "
      "UNION SELECT times FROM main.chunk WHERE run = ?1)",
      key);
  for (const char* sql : {"INSERT INTO other.run SELECT * FROM main.run WHERE key = ?",
                          "INSERT INTO other.tag SELECT * FROM main.tag WHERE run = ?",
                          "INSERT INTO other.channel SELECT * FROM main.channel WHERE run = ?",
                          "INSERT INTO other.gap SELECT * FROM main.gap WHERE run = ?",
                          "INSERT INTO other.epoch SELECT * FROM main.epoch WHERE run = ?",
                          "INSERT INTO other.phase SELECT * FROM main.phase WHERE run = ?",
                          "INSERT INTO other.progress SELECT * FROM main.progress WHERE run = ?",
                          "INSERT INTO other.window SELECT * FROM main.window WHERE run = ?",
                          "INSERT INTO other.metric SELECT * FROM main.metric WHERE run = ?",
                          "INSERT INTO other.projection SELECT * FROM main.projection WHERE run = ?",
                          "INSERT INTO other.sensor SELECT * FROM main.sensor WHERE run = ?",
                          "INSERT INTO other.journal SELECT * FROM main.journal WHERE run = ?",
                          "INSERT INTO other.chunk SELECT * FROM main.chunk WHERE run = ?"})
    transaction.run(sql, key);
}

}  // namespace

Status copy_run(Database& from, std::int64_t key, const std::filesystem::path& to) {
  if (auto attached = from.run("ATTACH ? AS other", std::string_view(to.native())); !attached)
    return attached;
  Status copied;
  {
    Transaction transaction(from, Lock::where_written);
    copy_rows(transaction, key);
    copied = transaction.commit();
  }
  (void)from.run("DETACH other");
  return copied;
}

}  // namespace joulecast::store::sqlite
