// The order in which a query lists runs. Internal to those who join lists.
#pragma once

#include "store/run_query.hpp"

namespace joulecast::store {

/// Whether `a` is listed before `b`: unknown figures last, as the store sorts.
[[nodiscard]] bool comes_before(const RunRow& a, const RunRow& b, const RunQuery& query);

/// Sorts rows of several lists that were asked for without an offset, and cuts out the part that the query
/// asks for.
void take_part(std::vector<RunRow>& rows, const RunQuery& query);

}  // namespace joulecast::store
