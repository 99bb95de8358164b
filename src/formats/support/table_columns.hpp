// The columns of a table: what they mean, by its headings, by the user or by a first row, and which channels
// they fill. Internal to the module.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "formats/support/table_import.hpp"
#include "formats/support/table_sample.hpp"

namespace joulecast::formats {

class TableColumns {
 public:
  struct Column {
    std::string heading;
    Meaning meaning;
  };

  TableColumns(const TableRules& rules, const ImportOptions& options) : rules_(rules), options_(options) {}

  /// Columns with the headings of this sample are judged by its rows as well.
  void judge_by(TableSample sample);

  /// If the user says what the columns are, any first line without numbers is a header.
  [[nodiscard]] bool is_header(Cells cells) const;
  /// Takes a header that differs from the one before. `where` is the place for errors: malformed if the user
  /// names a column that is not there, or a role that there is not.
  [[nodiscard]] Status take_header(Cells cells, const std::string& where);
  /// Takes a row for the columns of a log without a header. They stay empty if it does not tell them.
  [[nodiscard]] Status take_first_row(Cells cells, const std::string& where);

  [[nodiscard]] std::size_t size() const { return columns_.size(); }
  [[nodiscard]] const Column& operator[](std::size_t i) const { return columns_[i]; }
  [[nodiscard]] const std::vector<std::string>& headings() const { return headings_; }
  /// The column with a role, of several the first of the lowest rank; size() if there is none.
  [[nodiscard]] std::size_t find(Meaning::Role role) const;
  [[nodiscard]] bool has(Meaning::Role role) const { return find(role) != size(); }
  /// Whether a column is a power or an energy.
  [[nodiscard]] bool has_power() const;
  /// The columns of each channel of a row's device; of several, the first with a value counts.
  [[nodiscard]] const std::vector<std::vector<std::size_t>>& channels() const { return channels_; }
  /// Devices in the column with their names that are the sum of others.
  [[nodiscard]] const std::vector<std::string>& sum_devices() const { return sum_devices_; }
  /// What was found out about the columns by their values, for the user.
  [[nodiscard]] const std::vector<std::string>& told() const { return told_; }
  /// How --columns names a column: by its place where the log has no headings.
  [[nodiscard]] std::string place_or_name(std::size_t i) const;

 private:
  [[nodiscard]] bool is_mapped() const;
  void number_headings(std::size_t count);
  [[nodiscard]] Status apply_mapping(std::vector<Meaning>& meanings, Cells cells,
                                     const std::string& where) const;
  /// What the values of the first rows tell: series, sums, units.
  [[nodiscard]] Status study(std::vector<Meaning>& meanings, const std::string& where);
  [[nodiscard]] bool is_sampled(Cells cells) const { return std::ranges::equal(cells, sample_.header); }
  [[nodiscard]] Status tell_devices_apart(std::vector<Meaning>& meanings, const std::string& where) const;
  /// `named` has the columns of one channel by the names in their headings.
  [[nodiscard]] Status give_names(std::vector<Meaning>& meanings, const std::vector<std::size_t>& columns,
                                  const std::map<std::string, std::size_t>& named,
                                  const std::string& where) const;
  [[nodiscard]] Status are_unclear(std::size_t one, std::size_t other, const std::string& where) const;
  [[nodiscard]] std::size_t find_heading(std::string_view column) const;
  void set(std::vector<Meaning> meanings);

  const TableRules& rules_;
  const ImportOptions& options_;
  TableSample sample_;
  std::vector<std::string> sampled_headings_;  ///< of the sample, with the units of its cells
  std::vector<std::string> headings_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::size_t>> channels_;
  std::vector<std::string> sum_devices_;
  std::vector<std::string> told_;
};

}  // namespace joulecast::formats
