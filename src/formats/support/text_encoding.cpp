#include "formats/support/text_encoding.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace joulecast::formats {
namespace {

constexpr char32_t replacement = 0xFFFD;

enum class Encoding { other, utf16_little, utf16_big };

Encoding encoding_of(std::string_view head) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
  if (head.size() < 4) return Encoding::other;
  if (at(0) == 0xFF && at(1) == 0xFE && (at(2) != 0 || at(3) != 0)) return Encoding::utf16_little;
  if (at(0) == 0xFE && at(1) == 0xFF) return Encoding::utf16_big;
  if (at(0) != 0 && at(1) == 0 && at(2) != 0 && at(3) == 0) return Encoding::utf16_little;
  if (at(0) == 0 && at(1) != 0 && at(2) == 0 && at(3) != 0) return Encoding::utf16_big;
  return Encoding::other;
}

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

/// What a log of ASCII may have; a byte of UTF-16 may look the same.
constexpr bool is_ascii_text(unsigned char byte) {
  return (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\r' || byte == '\t';
}

/// So many bytes of ASCII in turn are not UTF-16: in a text of Chinese half of the bytes are not.
constexpr std::size_t surely_ascii = 16;
/// Enough at the end of the file.
constexpr std::size_t likely_ascii = 8;

class Decoder {
 public:
  explicit Decoder(ReadBytes read) : read_(std::move(read)) {}

  Result<std::size_t> read(char* to, std::size_t size) {
    if (!encoding_)
      if (auto ok = begin(); !ok) return propagate(ok.error());
    for (;;) {
      if (given_ < ready_.size()) {
        const auto count = ready_.copy(to, size, given_);
        given_ += count;
        return count;
      }
      ready_.clear();
      given_ = 0;
      if (ended_) return 0;
      const auto got = read_(to, size);
      if (!got) return propagate(got.error());
      if (*got == 0) {
        ended_ = true;
        finish();
      } else if (*encoding_ != Encoding::other || needs_care({to, *got})) {
        take({to, *got});
      } else {
        last_ = static_cast<unsigned char>(to[*got - 1]);
        return *got;
      }
    }
  }

 private:
  Status begin() {
    char bytes[4];
    std::string head;
    while (head.size() < sizeof bytes) {
      const auto got = read_(bytes, sizeof bytes - head.size());
      if (!got) return propagate(got.error());
      if (*got == 0) break;
      head.append(bytes, *got);
    }
    encoding_ = encoding_of(head);
    take(head);
    ready_ = without_byte_order_mark(ready_);
    return {};
  }

  /// Whether UTF-16 may follow in what is not: another program has written to the same file.
  [[nodiscard]] bool needs_care(std::string_view bytes) const {
    return held_ != 0 || zero_held_ || bytes.find('\0') != std::string_view::npos ||
           bytes.find('\xFF') != std::string_view::npos || bytes.find('\xFE') != std::string_view::npos;
  }

  void take(std::string_view bytes) {
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (*encoding_ == Encoding::other)
        take_byte(byte);
      else if (!first_byte_)
        first_byte_ = byte;
      else
        take_pair(*std::exchange(first_byte_, std::nullopt), byte);
    }
  }

  /// Single zeros are the other halves of letters in UTF-16; more in turn are damage that is left to be told.
  void take_byte(unsigned char byte) {
    if (held_ != 0) {
      const bool mark = (held_ == 0xFF && byte == 0xFE) || (held_ == 0xFE && byte == 0xFF);
      if (!mark) put(held_);
      held_ = 0;
      if (mark) return;
    }
    if (byte == 0 && last_ != 0 && !zero_held_) {
      zero_held_ = true;
      return;
    }
    if (std::exchange(zero_held_, false) && byte == 0) put(0);
    if (byte == 0xFF || byte == 0xFE)
      held_ = byte;
    else
      put(byte);
  }

  void put(unsigned char byte) {
    ready_ += static_cast<char>(byte);
    last_ = byte;
  }

  /// ASCII may follow UTF-16, where another program has written to the same file.
  void take_pair(unsigned char first, unsigned char second) {
    if (!is_ascii_text(first) || !is_ascii_text(second)) {
      take_pending();
      take_unit(unit_of(first, second));
      return;
    }
    pending_ += static_cast<char>(first);
    pending_ += static_cast<char>(second);
    if (pending_.size() >= surely_ascii) become_ascii();
  }

  void become_ascii() {
    encoding_ = Encoding::other;
    take(std::exchange(pending_, {}));
  }

  void take_pending() {
    const auto pending = std::exchange(pending_, {});
    for (std::size_t i = 0; i + 1 < pending.size(); i += 2)
      take_unit(unit_of(static_cast<unsigned char>(pending[i]), static_cast<unsigned char>(pending[i + 1])));
  }

  [[nodiscard]] char32_t unit_of(unsigned char first, unsigned char second) const {
    const bool little = *encoding_ == Encoding::utf16_little;
    return static_cast<char32_t>(little ? first | second << 8 : first << 8 | second);
  }

  void take_unit(char32_t unit) {
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (high_ && low) {
      append_utf8(ready_, 0x10000 + ((*high_ - 0xD800) << 10) + (unit - 0xDC00));
      high_.reset();
      return;
    }
    if (high_) append_utf8(ready_, replacement);
    high_.reset();
    if (unit >= 0xD800 && unit < 0xDC00)
      high_ = unit;
    else
      append_utf8(ready_, low ? replacement : unit);
  }

  void finish() {
    if (pending_.size() >= likely_ascii) {
      if (first_byte_) pending_ += static_cast<char>(*first_byte_);
      become_ascii();
    }
    take_pending();
    if (held_ != 0) put(std::exchange(held_, static_cast<unsigned char>(0)));
    if (high_) append_utf8(ready_, replacement);
  }

  ReadBytes read_;
  std::optional<Encoding> encoding_;
  std::string ready_;
  std::size_t given_ = 0;  ///< of ready_
  std::optional<unsigned char> first_byte_;
  std::optional<char32_t> high_;
  std::string pending_;     ///< pairs of bytes that may be ASCII
  unsigned char last_ = 0;  ///< byte that was passed on, of what is not UTF-16
  unsigned char held_ = 0;  ///< a byte that may begin a byte order mark
  bool zero_held_ = false;  ///< a zero that may stand alone
  bool ended_ = false;
};

}  // namespace

ReadBytes as_utf8(ReadBytes read) {
  return [decoder = Decoder(std::move(read))](char* to, std::size_t size) mutable {
    return decoder.read(to, size);
  };
}

}  // namespace joulecast::formats
