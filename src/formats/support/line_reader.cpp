#include "formats/support/line_reader.hpp"

#include <algorithm>
#include <utility>

#include "formats/support/terminal_codes.hpp"
#include "formats/support/text_encoding.hpp"

namespace joulecast::formats {

Result<LineReader> LineReader::open(const std::filesystem::path& path, std::uint64_t most_bytes) {
  auto read = open_input(path, most_bytes);
  if (!read) return propagate(read.error());
  LineReader lines(path == "-" ? "stdin" : path.string(), std::move(*read));
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) lines.size_ = std::filesystem::file_size(path, error);
  return lines;
}

LineReader::LineReader(std::string name, ReadBytes read)
    : name_(std::move(name)), read_(without_terminal_codes(as_utf8(std::move(read)))) {}

LineReader::LineReader(std::string name, std::string_view text)
    : LineReader(std::move(name), [text](char* to, std::size_t size) mutable -> Result<std::size_t> {
        // not memcpy(), which does not allow the null pointer of an empty text
        const auto count = text.copy(to, size);
        text.remove_prefix(count);
        return count;
      }) {}

Status LineReader::fill(std::size_t wanted) {
  if (buffer_.size() - begin_ >= wanted || (end_of_input_ && begin_ != buffer_.size())) return {};
  if (begin_ != 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  while (!end_of_input_ && buffer_.size() < wanted) {
    // The buffer grows with the input, so that a short file needs little memory.
    const auto had = buffer_.size();
    const auto size = std::min(wanted, std::max({buffer_.capacity(), 2 * had, std::size_t{4096}}));
    buffer_.resize(size);
    const auto got = read_(buffer_.data() + had, size - had);
    buffer_.resize(had + got.value_or(0));
    if (!got) return propagate(got.error());
    end_of_input_ = *got == 0;
  }
  return {};
}

Result<std::string_view> LineReader::head() {
  if (auto ok = fill(head_bytes); !ok) return propagate(ok.error());
  return std::string_view(buffer_).substr(begin_, head_bytes);
}

Result<std::string> LineReader::plain_head() {
  const auto beginning = head();
  if (!beginning) return propagate(beginning.error());
  const bool whole = beginning->size() < head_bytes;  // a last line may have no line end
  const auto lines = whole ? *beginning : beginning->substr(0, beginning->rfind('\n') + 1);
  return dialect_.plain() ? std::string(lines) : in_plain_form(lines, dialect_);
}

void LineReader::skip(std::size_t lines) {
  for (; lines != 0; --lines) {
    const auto end = buffer_.find('\n', begin_);
    begin_ = end == std::string::npos ? buffer_.size() : end + 1;
    ++line_;
  }
}

Result<std::string_view> LineReader::block() {
  line_ += lines_in_block_;
  lines_in_block_ = 0;
  for (;;) {
    if (auto ok = fill(longest_line); !ok) return propagate(ok.error());
    const auto left = buffer_.size() - begin_;
    if (left == 0) return std::string_view{};
    auto length = std::string_view(buffer_).substr(begin_, longest_line).rfind('\n') + 1;
    if (length == 0) {
      if (left > longest_line || !end_of_input_) {
        if (auto ok = skip_overlong_line(); !ok) return propagate(ok.error());
        continue;
      }
      buffer_ += '\n';
      length = left + 1;
      cut_off_ = true;
    }
    const auto lines = std::string_view(buffer_).substr(begin_, length);
    begin_ += length;
    lines_in_block_ = static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
    if (dialect_.plain()) return lines;
    plain_ = in_plain_form(lines, dialect_);
    return std::string_view(plain_);
  }
}

Result<std::optional<std::string>> LineReader::rest(std::size_t most) {
  if (auto ok = fill(most + 1); !ok) return propagate(ok.error());
  auto text = std::string_view(buffer_).substr(begin_);
  if (!end_of_input_ || text.size() > most) return std::nullopt;
  for (auto rest = text; rest.size() > longest_line;) {
    const auto end = rest.rfind('\n', longest_line - 1);
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
  if (dialect_.plain()) return std::string(text);
  return in_plain_form(std::string(text) + (text.ends_with('\n') ? "" : "\n"), dialect_);
}

void LineReader::replace_rest(std::string text, std::vector<std::size_t> origins) {
  buffer_ = std::move(text);
  begin_ = 0;
  dialect_ = {};
  replaced_from_ = line_;
  origins_ = std::move(origins);
}

std::size_t LineReader::number_in_file(std::size_t number) const {
  const bool moved = number >= replaced_from_ && number - replaced_from_ < origins_.size();
  return moved ? replaced_from_ + origins_[number - replaced_from_] : number;
}

Status LineReader::skip_overlong_line() {
  ++overlong_lines_;
  ++line_;
  while (begin_ < buffer_.size()) {
    const auto end = buffer_.find('\n', begin_);
    begin_ = end == std::string::npos ? buffer_.size() : end + 1;
    if (auto ok = fill(longest_line); !ok) return ok;
    if (end != std::string::npos) break;
  }
  return {};
}

}  // namespace joulecast::formats
