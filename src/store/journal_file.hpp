// A run's journal: a file on this machine with all that its store has not taken yet. What is in it outlives
// the process (kill -9). While a process uses the file it holds a lock on it; who finds it without one may
// bring what is left to the store. Internal to the store.
//
// The file is a sequence of records, each its length and then the bytes, closed by a CRC-32: a JournalHead,
// then JournalEntry after JournalEntry. A record that was written only in part ends it.
#pragma once

#include <filesystem>
#include <vector>

#include "base/descriptor.hpp"
#include "store/journal_entry.hpp"

namespace joulecast::store {

/// Where this user's journals are: in his data directory, and in a folder of the temporary directory where
/// that may not be written. The first that can be made is used for new ones.
[[nodiscard]] std::vector<std::filesystem::path> journal_folders();

class JournalFile {
 public:
  /// Makes the file, for its owner alone, and locks it.
  [[nodiscard]] static Result<JournalFile> create(const JournalHead& head);
  /// Opens one that is there. retry if another process uses it, malformed if it is no journal.
  [[nodiscard]] static Result<JournalFile> open(const std::filesystem::path& path);

  /// Only to read it, while this process may still use it.
  [[nodiscard]] static Result<JournalFile> look(const std::filesystem::path& path);

  /// If it fails, nothing is added.
  [[nodiscard]] Status add(const JournalEntry& entry);
  /// Entries behind those that are stored, at least one if there is one, and about `bytes` of them.
  [[nodiscard]] std::vector<JournalEntry> next(std::size_t bytes);
  /// What next() returned is stored. If there is nothing else, the file is emptied when that pays.
  void stored();
  void remove();

  [[nodiscard]] const JournalHead& head() const { return head_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  [[nodiscard]] static Result<JournalFile> opened(std::filesystem::path path, Descriptor file);
  JournalFile(std::filesystem::path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  [[nodiscard]] Status append(const Buffer& body);
  [[nodiscard]] Buffer record_at(off_t place, off_t& after) const;

  std::filesystem::path path_;
  Descriptor file_;
  JournalHead head_;
  off_t begin_ = 0;   ///< of the first entry
  off_t stored_ = 0;  ///< where what is not stored begins
  off_t read_ = 0;    ///< where what next() returned ends
  off_t end_ = 0;
};

/// This user's journals that wait for a store, however its address is written (identity_of); "" = for any.
/// Those of other layouts are left out.
struct WaitingJournal {
  std::filesystem::path path;
  JournalHead head;
};
[[nodiscard]] std::vector<WaitingJournal> waiting_journals(const std::string& store = "");

}  // namespace joulecast::store
