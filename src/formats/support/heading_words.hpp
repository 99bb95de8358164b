// The words of a heading in a home-made log, and what they say of its unit and device: "GPU0 Power (W)",
// "gpu.1.powerWatts". Internal to the module.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::formats {

class HeadingWords {
 public:
  explicit HeadingWords(std::string_view heading);

  [[nodiscard]] bool any(std::initializer_list<std::string_view> wanted) const;
  /// All words are among these.
  [[nodiscard]] bool only(std::initializer_list<std::string_view> wanted) const;
  [[nodiscard]] bool empty() const { return words_.empty(); }
  /// The number of the device: the one behind the word for its kind, or else the first; "" if there is none.
  [[nodiscard]] std::string number() const;
  /// What stands before the word for a kind of device that has a number behind it: "n1" of "n1.gpu0.power".
  [[nodiscard]] std::string before_device() const;
  /// Whether it begins with such a text: "n1" of "n1_node_w".
  [[nodiscard]] bool begins_with(std::string_view machine) const;
  /// A board that is named by its model, which is no number of a device: "a100".
  [[nodiscard]] const std::string& model() const { return model_; }
  /// "p90" or "90 th": letters and digits are words of their own.
  [[nodiscard]] bool has_percentile() const;
  /// "per_gpu", "per core": a share of what is asked for.
  [[nodiscard]] bool is_per_part() const;
  /// The words that are not among these, without numbers.
  [[nodiscard]] std::string without(std::span<const std::string_view> known) const;
  /// The same with the numbers that are not the device's: "n1" of "gpu0@n1".
  [[nodiscard]] std::string name_without(std::span<const std::string_view> known) const;
  /// The unit that the last words name; "" if they name none.
  [[nodiscard]] std::string unit() const;

 private:
  [[nodiscard]] std::size_t numbered_device() const;
  [[nodiscard]] std::size_t place_of_number() const;
  [[nodiscard]] std::string joined(std::size_t count) const;
  void take_model();

  std::vector<std::string> words_;
  std::string model_;
};

/// "lenet - " of "lenet - system/gpu.0.powerWatts", as Weights & Biases puts it before each column of a run.
[[nodiscard]] std::string_view prefix_of_run(std::string_view heading);

/// Whether "MW" can only be megawatts, or "MJ" megajoules: in capitals throughout it may be milli.
[[nodiscard]] bool is_mega(std::string_view heading, std::string_view unit);

}  // namespace joulecast::formats
