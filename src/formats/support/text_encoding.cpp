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

class Decoder {
 public:
  explicit Decoder(ReadBytes read) : read_(std::move(read)) {}

  Result<std::size_t> read(char* to, std::size_t size) {
    if (!encoding_)
      if (auto ok = begin(); !ok) return propagate(ok.error());
    if (*encoding_ != Encoding::other)
      while (ready_.size() == given_ && !ended_)
        if (auto ok = decode_more(); !ok) return propagate(ok.error());
    if (given_ < ready_.size()) {
      const auto count = ready_.copy(to, size, given_);
      given_ += count;
      return count;
    }
    return *encoding_ == Encoding::other ? read_(to, size) : Result<std::size_t>(0);
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
    if (*encoding_ == Encoding::other)
      ready_ = std::move(head);
    else
      take(head);
    ready_ = without_byte_order_mark(ready_);
    return {};
  }

  Status decode_more() {
    char bytes[4096];
    const auto got = read_(bytes, sizeof bytes);
    if (!got) return propagate(got.error());
    ended_ = *got == 0;
    ready_.clear();
    given_ = 0;
    take({bytes, *got});
    if (ended_ && high_) append_utf8(ready_, replacement);
    return {};
  }

  void take(std::string_view bytes) {
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (!first_byte_) {
        first_byte_ = byte;
        continue;
      }
      const bool little = *encoding_ == Encoding::utf16_little;
      const auto unit = static_cast<char32_t>(little ? *first_byte_ | byte << 8 : *first_byte_ << 8 | byte);
      first_byte_.reset();
      take_unit(unit);
    }
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

  ReadBytes read_;
  std::optional<Encoding> encoding_;
  std::string ready_;
  std::size_t given_ = 0;  ///< of ready_
  std::optional<unsigned> first_byte_;
  std::optional<char32_t> high_;
  bool ended_ = false;
};

}  // namespace

ReadBytes as_utf8(ReadBytes read) {
  return [decoder = Decoder(std::move(read))](char* to, std::size_t size) mutable {
    return decoder.read(to, size);
  };
}

}  // namespace joulecast::formats
