#include "store/postgres/rows.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace joulecast::store::postgres {
namespace {

// Of the server's catalogue pg_type.dat.
constexpr Oid oid_of_float4 = 700, oid_of_float8 = 701;

}  // namespace

std::int64_t changed_rows(const Answer& answer) {
  return std::strtoll((*libpq())->PQcmdTuples(answer.result.get()), nullptr, 10);
}

Rows::Rows(Result<Answer> answer, std::string where) : answer_(std::move(answer)), where_(std::move(where)) {
  if (answer_) rows_ = (*libpq())->PQntuples(answer_->result.get());
}

bool Rows::row() {
  if (row_ + 1 >= rows_) return false;
  ++row_;
  return true;
}

Status Rows::status() const {
  return answer_ ? Status() : propagate(answer_.error());
}

bool Rows::is_null(int column) const {
  return (*libpq())->PQgetisnull(answer_->result.get(), row_, column) != 0;
}

sql::Bytes Rows::bytes(int column) const {
  const auto& pq = **libpq();
  const auto* data = pq.PQgetvalue(answer_->result.get(), row_, column);
  return {reinterpret_cast<const std::uint8_t*>(data),
          static_cast<std::size_t>(pq.PQgetlength(answer_->result.get(), row_, column))};
}

std::string_view Rows::text(int column) const {
  const auto data = bytes(column);
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

/// In network order, of whatever width.
std::uint64_t Rows::bits(int column) const {
  std::uint64_t value = 0;
  for (const auto byte : bytes(column)) value = (value << 8) | byte;
  return value;
}

std::int64_t Rows::integer(int column) const {
  if (is_null(column)) return 0;
  const auto type = (*libpq())->PQftype(answer_->result.get(), column);
  if (type == oid_of_float4 || type == oid_of_float8) return std::llround(real(column));
  const auto value = bits(column);
  switch (bytes(column).size()) {
    case 2:
      return static_cast<std::int16_t>(value);
    case 4:
      return static_cast<std::int32_t>(value);
    default:
      return static_cast<std::int64_t>(value);
  }
}

double Rows::real(int column) const {
  if (is_null(column)) return std::numeric_limits<double>::quiet_NaN();
  switch ((*libpq())->PQftype(answer_->result.get(), column)) {
    case oid_of_float4:
      return std::bit_cast<float>(static_cast<std::uint32_t>(bits(column)));
    case oid_of_float8:
      return std::bit_cast<double>(bits(column));
    default:
      return static_cast<double>(integer(column));
  }
}

}  // namespace joulecast::store::postgres
