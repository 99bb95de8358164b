// Tells cells that are empty because a column is filled at a slower rate than rows are written from readings
// that are missing.
#pragma once

#include <cstddef>
#include <vector>

#include "trace/trace.hpp"

namespace joulecast::formats {

/// Follows one channel of a table from row to row. Which blanks are usual is judged by the first readings;
/// until then all are held to be.
class ColumnRhythm {
 public:
  /// A row with a reading.
  void reading(double time);
  /// A row with an empty cell. Returns whether a reading was due in it.
  [[nodiscard]] bool blank(double time);
  /// A row whose reading failed.
  void failed();
  /// The blanks that turn out to have been none of the column's own rhythm, each from the reading before it
  /// to the one behind it; nothing before the first readings were judged, unless the log ends.
  [[nodiscard]] std::vector<trace::Span> missed(bool at_end);
  /// Whether the log ends in blanks in which a reading was due that blank() did not tell.
  [[nodiscard]] bool ends_early() const { return !ends_told_ && blanks_ >= most_rows_; }
  [[nodiscard]] double last_blank() const { return last_blank_; }

 private:
  struct Stretch {
    double begin, end;
    std::size_t rows;  ///< from one reading to the next
  };
  void judge();

  std::vector<Stretch> first_;
  bool judged_ = false;
  bool told_ = false;       ///< what was missed among the first readings
  bool ends_told_ = false;  ///< that a reading is due now
  bool has_reading_ = false;
  double last_reading_ = 0;
  double last_blank_ = 0;
  std::size_t blanks_ = 0;
  std::size_t most_rows_ = 1;  ///< from one reading to the next without a gap
};

}  // namespace joulecast::formats
