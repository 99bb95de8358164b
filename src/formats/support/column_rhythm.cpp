#include "formats/support/column_rhythm.hpp"

#include <algorithm>

namespace joulecast::formats {
namespace {

constexpr std::size_t enough_to_judge = 16;
constexpr std::size_t fewest_to_judge = 2;
/// Fewer readings than one in so many with a blank before them are readings that are missing.
constexpr std::size_t least_share = 4;
/// As of two rates whose rows were joined: 1, 2, 1, 2 rows apart.
constexpr std::size_t most_rows_of_mixed = 3;

}  // namespace

void ColumnRhythm::reading(double time) {
  if (!judged_ && has_reading_) {
    first_.push_back({last_reading_, time, blanks_ + 1});
    if (first_.size() >= enough_to_judge) judge();
  }
  has_reading_ = true;
  last_reading_ = time;
  blanks_ = 0;
  ends_told_ = false;
}

bool ColumnRhythm::blank(double time) {
  ++blanks_;
  last_blank_ = time;
  if (!judged_ || blanks_ < most_rows_) return false;
  ends_told_ = true;
  return true;
}

void ColumnRhythm::failed() {
  has_reading_ = false;
  blanks_ = 0;
}

void ColumnRhythm::judge() {
  judged_ = true;
  if (first_.size() < fewest_to_judge) return;
  std::vector<std::size_t> rows;
  for (const auto& stretch : first_) rows.push_back(stretch.rows);
  std::ranges::sort(rows);
  const auto with_blanks = static_cast<std::size_t>(rows.end() - std::ranges::upper_bound(rows, 1U));
  if (with_blanks * least_share < rows.size()) return;
  most_rows_ = std::max(2 * rows[rows.size() / 2], most_rows_of_mixed);
}

std::vector<trace::Span> ColumnRhythm::missed(bool at_end) {
  if (at_end && !judged_) judge();
  if (!judged_ || told_) return {};
  told_ = true;
  std::vector<trace::Span> spans;
  for (const auto& stretch : first_)
    if (stretch.rows > most_rows_) spans.push_back({Seconds{stretch.begin}, Seconds{stretch.end}});
  first_.clear();
  return spans;
}

}  // namespace joulecast::formats
