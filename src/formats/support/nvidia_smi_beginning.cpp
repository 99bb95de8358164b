#include "formats/support/nvidia_smi_beginning.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/support/nvidia_smi_rows.hpp"

namespace joulecast::formats::nvidia_smi {
namespace {

std::vector<std::string_view> first_lines(std::string_view block, std::size_t count) {
  std::vector<std::string_view> rows;
  while (!block.empty() && rows.size() < count) {
    const auto end = block.find('\n');
    if (const auto row = trim(block.substr(0, end)); !row.empty()) rows.push_back(row);
    block.remove_prefix(std::min(end, block.size() - 1) + 1);
  }
  return rows;
}

/// See Beginning.
bool is_dense(const std::vector<std::int64_t>& times) {
  constexpr std::int64_t longest_step_us = 150'000;
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < times.size(); ++i)
    if (times[i] > times[i - 1]) steps.push_back(times[i] - times[i - 1]);
  if (steps.empty()) return false;
  // Nearly all: in a round of many boards most steps are from one board to the next.
  const auto nearly_last = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() * 97 / 100);
  std::nth_element(steps.begin(), nearly_last, steps.end());
  return *nearly_last <= longest_step_us;
}

}  // namespace

Result<Beginning> read_beginning(std::string_view block, const std::vector<std::string>& names,
                                 const std::string& file) {
  constexpr std::size_t rows_to_guess_by = 50;
  const auto line = block.substr(0, block.find('\n'));
  Beginning beginning;
  auto& columns = beginning.columns;
  if (is_header(line)) {
    columns = columns_of_header(split(trim(line), ','));
  } else if (!names.empty()) {
    columns = columns_of_header({names.begin(), names.end()});
  } else {
    auto guessed = guess_columns(first_lines(block, rows_to_guess_by), file);
    if (!guessed) return propagate(guessed.error());
    columns = std::move(*guessed);
  }
  drop_empty_rivals(columns, rows_behind_header(block));
  beginning.dense = is_dense(first_times(block, columns));
  if (beginning.dense) prefer_instant(columns);
  drop_rivals(columns);
  return beginning;
}

bool tells_rows_apart(const std::vector<std::int64_t>& times) {
  constexpr std::int64_t second_us = 1'000'000;
  constexpr std::size_t least_share = 5;
  constexpr std::size_t rows_to_judge = 10;
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i] % second_us != 0) return true;
    repeated += i > 0 && times[i] == times[i - 1] ? 1 : 0;
  }
  return times.size() < rows_to_judge || repeated * least_share < times.size();
}

std::vector<std::string_view> rows_behind_header(std::string_view block) {
  auto rows = first_lines(block, 256);
  if (!rows.empty() && is_header(rows.front())) rows.erase(rows.begin());
  return rows;
}

std::vector<std::int64_t> first_times(std::string_view block, std::vector<Column> columns) {
  drop_rivals(columns);
  RowParser scout(std::move(columns));
  std::vector<std::int64_t> times;
  Row row;
  const char* const end = block.data() + block.size();
  for (const auto line : first_lines(block, 256))
    if (scout.parse(line.data(), end, row) != nullptr) times.push_back(row.time_us);
  return times;
}

}  // namespace joulecast::formats::nvidia_smi
