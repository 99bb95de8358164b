// The campaign's journal: a file beside the plan to which records are appended. A kill at any moment costs at
// most the record that was being written, which the next writer removes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "lab/campaign/records.hpp"

namespace joulecast::lab {

/// "vision.toml" has "vision.journal".
[[nodiscard]] std::filesystem::path journal_of(const std::filesystem::path& plan);

/// The records of a journal, in their order; none if the file does not exist. malformed, with file:line, for
/// a damaged line, except the last one if it is not complete.
[[nodiscard]] Result<std::vector<Record>> read_journal(const std::filesystem::path& file);

/// A journal that this process alone appends to.
class Journal {
 public:
  /// Creates the file, or reads what is in it. invalid, naming the process, if another one has it open;
  /// otherwise as read_journal().
  [[nodiscard]] static Result<Journal> open(const std::filesystem::path& file);

  /// What was in it.
  [[nodiscard]] const std::vector<Record>& records() const { return records_; }
  /// Writes the record, which is on the disk when this returns. retry if there is no room: nothing of it is
  /// then left in the file.
  [[nodiscard]] Status append(const Record& record);

 private:
  Journal(std::filesystem::path file, Descriptor descriptor)
      : file_(std::move(file)), descriptor_(std::move(descriptor)) {}
  [[nodiscard]] Status load();

  std::filesystem::path file_;
  /// Its lock is the process's own: it ends with the process, and no child inherits it. Closing any other
  /// descriptor of the file in this process would end it too.
  Descriptor descriptor_;
  std::vector<Record> records_;
  off_t size_ = 0;
};

}  // namespace joulecast::lab
