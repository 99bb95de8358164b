// The parameters of a request's query. Each is asked for once by name; what nobody asked for is refused.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http.hpp"

namespace joulecast::serve {

class Parameters {
 public:
  explicit Parameters(const Request& request) : request_(request) {}

  /// "" if it is not given. Of a parameter that is given twice, this and the next three are an error.
  [[nodiscard]] std::string text(std::string_view name, std::string_view usual = {});
  [[nodiscard]] std::optional<double> number(std::string_view name, double least, double most);
  [[nodiscard]] std::optional<std::int64_t> whole(std::string_view name, std::int64_t least,
                                                  std::int64_t most);
  /// true or false; false if it is not given.
  [[nodiscard]] bool flag(std::string_view name);
  /// One of these words; the first if it is not given.
  [[nodiscard]] std::string word(std::string_view name, const std::vector<std::string_view>& words);
  /// Every value of a parameter that may be given several times.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name, std::size_t most);
  [[nodiscard]] std::vector<int> wholes(std::string_view name, std::size_t most, int least, int largest);

  /// The first thing that was wrong, or the first parameter that nobody asked for: invalid, naming the field.
  /// To be looked at before the values are used.
  [[nodiscard]] Status check() const;

 private:
  [[nodiscard]] const std::string* only(std::string_view name);
  template <class... Args>
  void refuse(std::string_view name, fmt::format_string<Args...> format, Args&&... args) {
    if (status_) status_ = fail_field(std::string(name), format, std::forward<Args>(args)...);
  }

  const Request& request_;
  std::set<std::string, std::less<>> known_;
  Status status_;
};

}  // namespace joulecast::serve
