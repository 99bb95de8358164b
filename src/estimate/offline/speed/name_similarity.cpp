#include "estimate/offline/speed/name_similarity.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>

namespace joulecast::estimate {

NameTriples triples_of(std::string_view name) {
  std::string text = "^";
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isdigit(letter) != 0) {
      if (text.back() != '#') text += '#';
    } else if (std::isalpha(letter) != 0) {
      text += static_cast<char>(std::tolower(letter));
    }
  }
  text += '$';
  constexpr std::size_t letters = 3;
  NameTriples triples;
  for (std::size_t i = 0; i + letters <= text.size(); ++i) {
    std::uint32_t triple = 0;
    for (std::size_t j = 0; j < letters; ++j) triple = triple << 8U | static_cast<unsigned char>(text[i + j]);
    triples.push_back(triple);
  }
  std::ranges::sort(triples);
  triples.erase(std::unique(triples.begin(), triples.end()), triples.end());
  return triples;
}

double similarity(const NameTriples& a, const NameTriples& b) {
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
  std::size_t common = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) ++common;
    const bool first = *i <= *j, second = *j <= *i;
    if (first) ++i;
    if (second) ++j;
  }
  return static_cast<double>(common) /
         std::sqrt(static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

}  // namespace joulecast::estimate
