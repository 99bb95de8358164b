#include "formats/support/heading_words.hpp"

#include <algorithm>
#include <array>

#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_letter(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

/// Both signs for micro as a "u", and rates of energy as the powers that they are: what is left is ASCII as
/// far as units go.
std::string in_plain_units(std::string_view heading) {
  struct Spelling {
    std::string_view from, to;
  };
  static constexpr std::array<Spelling, 5> spellings{
      {{"\u00b5", "u"}, {"\u03bc", "u"}, {"kWh/h", "kW"}, {"Wh/h", "W"}, {"J/s", "W"}}};
  std::string plain(heading);
  for (const auto& [from, to] : spellings)
    for (auto at = plain.find(from); at != std::string::npos; at = plain.find(from, at))
      plain.replace(at, from.size(), to);
  return plain;
}

/// "gpu.0.powerWatts [W]" gives "gpu", "0", "power", "watts", "w".
std::vector<std::string> words_of(std::string_view text) {
  const auto heading = in_plain_units(text.substr(prefix_of_run(text).size()));
  std::vector<std::string> words;
  char before = ' ';
  for (std::size_t i = 0; i < heading.size(); ++i) {
    const char c = heading[i];
    const bool part = is_letter(c) || is_digit(c) || c == '%';
    const bool upper = c >= 'A' && c <= 'Z';
    // "powerWatts" has two words, "mW" and "MiB" one.
    const bool capitalised = upper && is_lower(before) && !words.empty() && words.back().size() > 1 &&
                             i + 1 < heading.size() && is_lower(heading[i + 1]);
    const bool starts =
        !(is_letter(before) || is_digit(before)) || is_digit(c) != is_digit(before) || capitalised;
    if (part && (starts || words.empty())) words.emplace_back();
    if (part) words.back() += upper ? static_cast<char>(c - 'A' + 'a') : c;
    before = c;
  }
  return words;
}

constexpr std::array<std::string_view, 11> kinds_of_device{"gpu",     "gpus",   "cuda", "card", "cpu", "cpus",
                                                           "package", "socket", "pkg",  "dram", "gcd"};

bool is_number(const std::string& word) {
  return is_digit(word.front());
}

/// "8 pin", "12 V", "90 th": a number that counts no devices.
bool belongs_to_number(std::string_view word) {
  static constexpr std::array<std::string_view, 6> units{"pin", "v", "volt", "vhpwr", "th", "bit"};
  return std::ranges::find(units, word) != units.end();
}

/// "a 100", "rtx 3090", "mi 250": letters and digits of a board's model.
bool is_model(std::string_view letters, std::string_view digits) {
  static constexpr std::array<std::string_view, 16> series{
      "a", "h", "b", "v", "gh", "gb", "mi", "rtx", "rx", "titan", "gtx", "tesla", "arc", "k", "l", "quadro"};
  constexpr std::size_t fewest_digits = 2;
  const bool single = (letters == "t" || letters == "l" || letters == "p") && digits == "4";
  const bool pascal = letters == "p" && (digits == "40" || digits == "100");
  return single || pascal ||
         (digits.size() >= fewest_digits && std::ranges::find(series, letters) != series.end());
}

}  // namespace

/// "lenet - " of "lenet - system/gpu.0.powerWatts", as Weights & Biases puts it before each column of a run.
std::string_view prefix_of_run(std::string_view heading) {
  const auto end = heading.find(" - system/");
  return end == std::string_view::npos ? std::string_view{} : heading.substr(0, end + 3);
}

bool is_mega(std::string_view heading, std::string_view unit) {
  return heading.find(unit) != std::string_view::npos && std::ranges::any_of(heading, is_lower);
}

HeadingWords::HeadingWords(std::string_view heading) : words_(words_of(heading)) {
  take_model();
}

void HeadingWords::take_model() {
  for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
    if (!is_number(words_[i + 1]) || !is_model(words_[i], words_[i + 1])) continue;
    model_ = words_[i] + words_[i + 1];
    words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(i),
                 words_.begin() + static_cast<std::ptrdiff_t>(i + 2));
    return;
  }
}

bool HeadingWords::any(std::initializer_list<std::string_view> wanted) const {
  return std::ranges::any_of(words_, [&](const auto& word) {
    return std::ranges::find(wanted, std::string_view(word)) != wanted.end();
  });
}

bool HeadingWords::only(std::initializer_list<std::string_view> wanted) const {
  return !words_.empty() && std::ranges::all_of(words_, [&](const auto& word) {
    return std::ranges::find(wanted, std::string_view(word)) != wanted.end();
  });
}

/// Place of the word for a kind of device that has a number right behind it; the end if there is none.
std::size_t HeadingWords::numbered_device() const {
  for (std::size_t i = 0; i + 1 < words_.size(); ++i)
    if (std::ranges::find(kinds_of_device, words_[i]) != kinds_of_device.end() && is_number(words_[i + 1]) &&
        (i + 2 == words_.size() || !belongs_to_number(words_[i + 2])))
      return i;
  return words_.size();
}

/// The end if there is none.
std::size_t HeadingWords::place_of_number() const {
  constexpr std::size_t longest = 5;
  if (const auto at = numbered_device(); at != words_.size() && words_[at + 1].size() <= longest)
    return at + 1;
  if (any({"pin", "pins"})) return words_.size();  // of a plug: "8-Pin #1"
  for (std::size_t i = 0; i < words_.size(); ++i)
    if (is_number(words_[i]) && words_[i].size() <= longest &&
        (i + 1 == words_.size() || !belongs_to_number(words_[i + 1])))
      return i;
  return words_.size();
}

std::string HeadingWords::number() const {
  const auto at = place_of_number();
  return at == words_.size() ? "" : words_[at];
}

/// "n1-gpu0" of the first words.
std::string HeadingWords::joined(std::size_t count) const {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += (text.empty() || is_number(words_[i]) ? "" : "-") + words_[i];
  return text;
}

std::string HeadingWords::before_device() const {
  const auto at = numbered_device();
  return at == words_.size() ? "" : joined(at);
}

bool HeadingWords::begins_with(std::string_view machine) const {
  for (std::size_t count = 1; count < words_.size(); ++count)
    if (joined(count) == machine) return true;
  return false;
}

bool HeadingWords::has_percentile() const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (!is_number(words_[i])) continue;
    if (i > 0 && words_[i - 1] == "p") return true;
    if (i + 1 < words_.size() && words_[i + 1] == "th") return true;
  }
  return false;
}

bool HeadingWords::is_per_part() const {
  const auto per = std::ranges::find(words_, "per");
  if (per == words_.end() || per + 1 == words_.end()) return false;
  static constexpr std::array<std::string_view, 5> of_time{"s", "sec", "second", "h", "hour"};
  return std::ranges::find(of_time, std::string_view(*(per + 1))) == of_time.end();
}

std::string HeadingWords::without(std::span<const std::string_view> known) const {
  std::string rest;
  for (const auto& word : words_)
    if (!is_number(word) && std::ranges::find(known, std::string_view(word)) == known.end())
      rest += (rest.empty() ? "" : " ") + word;
  return rest;
}

std::string HeadingWords::name_without(std::span<const std::string_view> known) const {
  std::string rest;
  for (std::size_t i = 0; i < words_.size(); ++i)
    if (i != place_of_number() && std::ranges::find(known, std::string_view(words_[i])) == known.end())
      rest += (rest.empty() ? "" : " ") + words_[i];
  return rest;
}

std::string HeadingWords::unit() const {
  struct Name {
    std::string_view word;
    std::string_view unit;
  };
  static constexpr Name names[] = {{"w", "W"},
                                   {"watt", "W"},
                                   {"watts", "W"},
                                   {"mw", "mW"},
                                   {"milliwatt", "mW"},
                                   {"kw", "kW"},
                                   {"milliwatts", "mW"},
                                   {"pct", "%"},
                                   {"percent", "%"},
                                   {"%", "%"},
                                   {"percentage", "%"},
                                   {"c", "C"},
                                   {"celsius", "C"},
                                   {"degc", "C"},
                                   {"mib", "MiB"},
                                   {"mb", "MB"},
                                   {"gb", "GB"},
                                   {"gib", "GiB"},
                                   {"mhz", "MHz"},
                                   {"ghz", "GHz"},
                                   {"j", "J"},
                                   {"us", "us"},
                                   {"ns", "ns"},
                                   {"min", "min"},
                                   {"mins", "min"},
                                   {"minutes", "min"},
                                   {"h", "h"},
                                   {"hours", "h"},
                                   {"hrs", "h"},
                                   {"millis", "ms"},
                                   {"milliseconds", "ms"},
                                   {"joule", "J"},
                                   {"joules", "J"},
                                   {"kwh", "kWh"},
                                   {"wh", "Wh"},
                                   {"kj", "kJ"},
                                   {"s", "s"},
                                   {"sec", "s"},
                                   {"seconds", "s"},
                                   {"ms", "ms"},
                                   {"mj", "mJ"},
                                   {"uj", "uJ"},
                                   {"microjoule", "uJ"},
                                   {"microjoules", "uJ"},
                                   {"uw", "uW"},
                                   {"microwatts", "uW"}};
  for (auto word = words_.rbegin(); word != words_.rend(); ++word)
    for (const auto& name : names)
      if (name.word == *word) return std::string(name.unit);
  return "";
}

}  // namespace joulecast::formats
