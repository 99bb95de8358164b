#include "base/csv_scanner.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace joulecast {

CsvScanner::CsvScanner(std::string_view text, CsvStyle style, std::size_t first_line)
    : text_(without_byte_order_mark(text)), style_(style), line_(first_line) {}

bool CsvScanner::next(CsvRow& row) {
  while (at_ < text_.size()) {
    if (style_.comments && text_[at_] == '#') {
      skip_line();
      continue;
    }
    row.cells.clear();
    row.rewritten.clear();
    row.line = line_;
    row.fault = CsvFault::none;
    const bool quoted = read_row(row);
    const bool blank = !quoted && row.cells.size() == 1 && row.cells.front().empty();
    if (!blank) return true;
  }
  return false;
}

/// Reads a row including its line end. Returns whether any cell was quoted.
bool CsvScanner::read_row(CsvRow& row) {
  bool quoted = false;
  for (;;) {
    auto begin = at_;
    while (begin < text_.size() && is_blank(text_[begin])) ++begin;
    if (begin < text_.size() && text_[begin] == '"') {
      quoted = true;
      at_ = begin + 1;
      if (!read_quoted(row)) {
        skip_line();
        return quoted;
      }
    } else {
      read_plain(row);
    }
    if (at_ >= text_.size()) return quoted;
    if (at_line_end()) {
      skip_line();
      return quoted;
    }
    ++at_;  // the separator
  }
}

void CsvScanner::read_plain(CsvRow& row) {
  auto begin = at_;
  while (at_ < text_.size() && !ends_cell(text_[at_])) ++at_;
  auto end = at_;
  while (begin < end && is_blank(text_[begin])) ++begin;
  while (begin < end && is_blank(text_[end - 1])) --end;
  row.cells.push_back(text_.substr(begin, end - begin));
}

/// Reads from after the opening quote to the end of the cell. False if the row has a fault.
bool CsvScanner::read_quoted(CsvRow& row) {
  const auto opened = line_;
  std::string* rewritten = nullptr;
  auto begin = at_;  // beginning of the text that was not copied yet
  const auto spoilt = [&](CsvFault fault, std::size_t line) {
    row.fault = fault;
    row.fault_line = line;
    row.cells.push_back(text_.substr(begin, at_ - begin));
    return false;
  };
  for (;; ++at_) {
    if (at_ >= text_.size() || (!style_.multiline_cells && at_line_end()))
      return spoilt(CsvFault::open_quote, opened);
    const char c = text_[at_];
    if (c == '\n' || (c == '\r' && text_.substr(at_ + 1, 1) != "\n")) ++line_;
    if (c != '"') continue;
    if (text_.substr(at_ + 1, 1) != "\"") break;
    if (rewritten == nullptr) rewritten = &row.rewritten.emplace_back();
    rewritten->append(text_.substr(begin, ++at_ - begin));  // with one of the two quotes
    begin = at_ + 1;
  }
  auto tail = text_.substr(begin, at_ - begin);
  const auto behind = ++at_;
  while (at_ < text_.size() && !ends_cell(text_[at_])) ++at_;
  if (const auto more = trim(text_.substr(behind, at_ - behind)); !more.empty()) {
    if (style_.strict_quotes) return spoilt(CsvFault::text_after_quote, line_);
    if (rewritten == nullptr) rewritten = &row.rewritten.emplace_back();
    rewritten->append(tail);
    tail = text_.substr(behind, static_cast<std::size_t>(more.data() + more.size() - text_.data()) - behind);
  }
  if (rewritten != nullptr) tail = rewritten->append(tail);
  row.cells.push_back(tail);
  return true;
}

/// Skips the next line end: LF, CR or both.
void CsvScanner::skip_line() {
  at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
  if (at_ == text_.size()) return;
  at_ += text_.substr(at_, 2) == "\r\n" ? 2 : 1;
  ++line_;
}

char guess_csv_separator(std::string_view text) {
  text = without_byte_order_mark(text);
  const auto begin = std::min(text.find_first_not_of("\r\n"), text.size());
  const auto header = text.substr(begin, text.find_first_of("\r\n", begin) - begin);
  char best = ',';
  auto most = std::ranges::count(header, ',');
  for (const char candidate : {';', '\t'}) {
    const auto count = std::ranges::count(header, candidate);
    if (count > most) {
      most = count;
      best = candidate;
    }
  }
  return best;
}

std::string csv_cell(std::string_view text) {
  const auto begin = text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const bool formula =
      begin.size() > 1 && std::string_view("=+-@").find(begin.front()) != std::string_view::npos;
  if (formula && !parse_double(begin)) return csv_cell("'" + std::string(text));
  const bool plain =
      text.find_first_of(",;\t\"\r\n") == std::string_view::npos && trim(text).size() == text.size();
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace joulecast
