// What the headings of home-made logs mean: "power_draw_w", "GPU0 Power (W)", "gpu.1.powerWatts".
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/support/heading_words.hpp"
#include "formats/support/table_import.hpp"

namespace joulecast::formats {

/// The headings of one table: what one of them means depends on those beside it.
class OwnNames {
 public:
  explicit OwnNames(Cells header);

  /// The meaning of a heading by its words and its unit; the others tell whether a plain "power" is a GPU's,
  /// and which columns are sums, parts or shares of others. A power without a unit has the meaning of a power
  /// whose unit is not known.
  [[nodiscard]] Meaning meaning_of(std::string_view heading) const;

 private:
  /// A column with a power or an energy.
  struct Measured {
    HeadingWords words;
    trace::Quantity quantity;
    trace::Component component;
    std::string number;
    std::string rail;
    std::string rest;  ///< of its words, what says neither how it is measured nor of which kind it is
  };

  [[nodiscard]] trace::Component component_of(const HeadingWords& words) const;
  [[nodiscard]] Meaning power_meaning(const HeadingWords& words, const std::string& unit) const;
  [[nodiscard]] Meaning energy_meaning(const HeadingWords& words, const std::string& unit) const;
  [[nodiscard]] Meaning part_meaning(const HeadingWords& words, const std::string& unit) const;
  [[nodiscard]] Meaning other_meaning(const HeadingWords& words, const std::string& unit) const;
  [[nodiscard]] bool is_sum_of_numbered(const HeadingWords& words, trace::Component component,
                                        trace::Quantity quantity) const;
  [[nodiscard]] bool is_share_of_another(const HeadingWords& words, trace::Quantity quantity) const;
  [[nodiscard]] std::string whole_cpu(trace::Quantity quantity) const;
  void place(const HeadingWords& words, Meaning& meaning) const;
  [[nodiscard]] std::string machine_in(const HeadingWords& words) const;

  bool has_gpu_words_ = false;
  bool has_cpu_power_ = false;
  bool numbers_its_gpus_ = false;
  bool has_models_ = false;         ///< several boards are told apart by the names of their models
  std::set<std::string> machines_;  ///< "n1.gpu0", "n2.gpu0": the same number of several machines
  std::vector<Measured> measured_;
  std::string whole_cpu_power_, whole_cpu_energy_;
};

/// The meaning of one heading beside others.
[[nodiscard]] inline Meaning meaning_of_own_name(std::string_view heading, Cells header) {
  return OwnNames(header).meaning_of(heading);
}
[[nodiscard]] std::vector<Meaning> meanings_of_own_names(Cells header);

/// Whether cells are a header: none is a number or a time, and one means a power.
[[nodiscard]] bool is_header_of_own_names(Cells cells);

}  // namespace joulecast::formats
