// Samples in the database: a journal row at each commit, packed into long chunks with their sums. Internal to
// the store.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/column.hpp"
#include "store/sqlite/database.hpp"
#include "trace/trace.hpp"

namespace joulecast::store::sqlite {

/// One journal row: everything that came since the last commit. `channels` describes them by number.
void write_journal(Transaction& transaction, std::int64_t run, std::int64_t number,
                   std::span<const Column> columns, std::span<const trace::Channel> channels);

/// Long chunks: channels that were read at the same times share them.
void write_chunks(Transaction& transaction, std::int64_t run, std::span<const Column> columns,
                  std::span<const trace::Channel> channels);

/// Turns the run's journal into chunks. Nothing is lost by it; a damaged journal row fails it.
void pack_journal(Transaction& transaction, std::int64_t run, std::span<const trace::Channel> channels);

/// Every sample, into traces[i] for channel number i.
[[nodiscard]] Status load_samples(Database& database, std::int64_t run, std::span<trace::Trace> traces);

/// A few points a chunk instead, with the same integral. Power and energy keep the readings around each of
/// `edges` (rising, seconds); chunks that meet one of the trace's gaps come whole.
[[nodiscard]] Status load_reduced(Database& database, std::int64_t run, std::span<trace::Trace> traces,
                                  std::span<const double> edges);

}  // namespace joulecast::store::sqlite
