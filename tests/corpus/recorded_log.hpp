// A recorded log of tests/fixtures/logs: what a training printed, and when each piece of it arrived.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace joulecast::corpus {

struct Piece {
  std::string bytes;
  std::size_t end = 0;  ///< offset behind it
  Seconds time{0};      ///< from the start of the program
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A log that was written from its published format has no times: a line a second.
inline std::vector<Piece> line_by_line(const std::string& bytes) {
  std::vector<Piece> pieces;
  for (std::size_t begin = 0, end = 0; begin < bytes.size(); begin = end) {
    const auto at = bytes.find_first_of("\r\n", begin);
    end = at == std::string::npos ? bytes.size() : at + 1;
    pieces.push_back(
        {bytes.substr(begin, end - begin), end, Seconds{static_cast<double>(pieces.size() + 1)}});
  }
  return pieces;
}

/// "terminal.log" has its times in "terminal-times.csv", "output.log" in "times.csv".
inline std::string times_of(const std::string& log) {
  const auto stem = log.substr(0, log.rfind('.'));
  return stem == "output" ? "times.csv" : stem + "-times.csv";
}

inline std::vector<Piece> read_log(const std::string& folder, const std::string& log) {
  const auto bytes = read_file(folder + "/" + log);
  std::vector<std::pair<std::size_t, double>> begins;
  std::istringstream rows(read_file(folder + "/" + times_of(log)));
  std::string row;
  std::getline(rows, row);  // offset,seconds
  while (std::getline(rows, row))
    if (const auto comma = row.find(','); comma != std::string::npos)
      begins.emplace_back(std::stoul(row.substr(0, comma)), std::stod(row.substr(comma + 1)));
  if (begins.empty()) return line_by_line(bytes);
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const auto begin = begins[i].first;
    const auto end = i + 1 < begins.size() ? begins[i + 1].first : bytes.size();
    pieces.push_back({bytes.substr(begin, end - begin), end, Seconds{begins[i].second}});
  }
  return pieces;
}

}  // namespace joulecast::corpus
