#include "hardware/names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "hardware/catalogue.hpp"

namespace joulecast::hardware {
namespace {

void erase_all(std::string& text, std::string_view part) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
}
void cut_from(std::string& text, std::string_view mark) {
  if (const auto at = text.find(mark); at != std::string::npos) text.erase(at);
}

/// The words of a name: runs of letters, digits, '+' and '.'.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '.') {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

std::vector<std::string> words_without(std::string_view text, std::span<const std::string_view> dropped) {
  auto words = words_of(text);
  std::erase_if(words, [&](const std::string& word) {
    return word.empty() || std::ranges::find(dropped, word) != dropped.end();
  });
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  return std::accumulate(words.begin(), words.end(), std::string());
}

std::string lower_without_marks(std::string_view name) {
  auto text = to_lower(name);
  for (const auto* mark : {"(r)", "(tm)", "(c)", "\xC2\xAE", "\xE2\x84\xA2"}) erase_all(text, mark);
  return text;
}

/// "8-core", "32-cores", "dual-core", "64-Core"
void erase_core_counts(std::string& text) {
  for (auto at = text.find("-core"); at != std::string::npos; at = text.find("-core")) {
    const auto end = at + 5 + (text.compare(at + 5, 1, "s") == 0 ? 1 : 0);
    const auto blank = text.rfind(' ', at);
    const auto begin = blank == std::string::npos ? 0 : blank;
    text.erase(begin, end - begin);
  }
}

/// Levenshtein distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> gpu_name_words(std::string_view name) {
  // ROCm and lspci put the board's name in brackets behind the chip's: "Arcturus GL-XL [AMD Instinct MI100]".
  if (const auto open = name.find('['), close = name.rfind(']');
      open != std::string_view::npos && close != std::string_view::npos && open < close)
    name = name.substr(open + 1, close - open - 1);
  static constexpr std::array<std::string_view, 15> dropped{
      "nvidia",   "geforce", "tesla", "quadro", "amd",        "ati",         "radeon", "instinct",
      "graphics", "intel",   "gpu",   "oam",    "generation", "corporation", "inc."};
  return words_without(lower_without_marks(name), dropped);
}

std::string normalised_gpu_name(std::string_view name) {
  return joined(gpu_name_words(name));
}

std::string normalised_cpu_name(std::string_view name) {
  auto text = lower_without_marks(name);
  // Clock speed, graphics, remarks
  for (const auto* mark : {"@", " with ", " w/", "("}) cut_from(text, mark);
  // "11th Gen Intel Core i7-1165G7"
  if (const auto generation = text.find("th gen "); generation != std::string::npos && generation <= 2)
    text.erase(0, generation + 7);
  erase_core_counts(text);
  static constexpr std::array<std::string_view, 5> dropped{"core", "processor", "cpu", "apu", "soc"};
  return joined(words_without(text, dropped));
}

std::vector<std::string> nearest(std::string_view wanted, const std::vector<std::string>& names,
                                 std::string (*normalise)(std::string_view), std::size_t count) {
  constexpr std::size_t longest = 80;  // longer than any board's name; limits the work on a hostile one
  const auto target = normalise(wanted.substr(0, longest));
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const auto& name : names) {
    const auto other = normalise(name);
    // "a100" is near to "a100sxm440gb", though their edit distance is large: a name that contains the other
    // counts as nearer.
    const bool inside = !target.empty() && (other.find(target) != std::string::npos ||
                                            (!other.empty() && target.starts_with(other)));
    ranked.emplace_back(edit_distance(target, other) + (inside ? 0 : longest), name);
  }
  count = std::min(count, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count), ranked.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(std::move(ranked[i].second));
  return result;
}

}  // namespace joulecast::hardware
