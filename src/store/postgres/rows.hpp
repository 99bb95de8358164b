// The rows of a server's answer, in binary form. Internal to the store.
#pragma once

#include <optional>

#include "store/postgres/connection.hpp"

namespace joulecast::store::postgres {

class Rows final : public sql::Cursor {
 public:
  Rows(Result<Answer> answer, std::string where);

  bool row() override;
  [[nodiscard]] Status status() const override;
  [[nodiscard]] bool is_null(int column) const override;
  [[nodiscard]] std::int64_t integer(int column) const override;
  [[nodiscard]] double real(int column) const override;
  [[nodiscard]] std::string_view text(int column) const override;
  [[nodiscard]] sql::Bytes bytes(int column) const override;

 private:
  [[nodiscard]] std::uint64_t bits(int column) const;

  Result<Answer> answer_;
  std::string where_;
  int row_ = -1;
  int rows_ = 0;
};

/// How many rows the statement has changed.
[[nodiscard]] std::int64_t changed_rows(const Answer& answer);

}  // namespace joulecast::store::postgres
