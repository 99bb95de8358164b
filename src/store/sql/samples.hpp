// Samples in the database. Each commit writes a journal row; journal rows are later packed into long chunks
// with their integrals. Internal to the store.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/column.hpp"
#include "store/sql/database.hpp"
#include "trace/trace.hpp"

namespace joulecast::store::sql {

/// Writes long chunks. Channels that were read at the same times share one copy of the times.
void write_chunks(Transaction& transaction, std::int64_t run, std::span<const Column> columns,
                  std::span<const trace::Channel> channels);

/// Turns the run's journal into chunks without loss. Fails if a journal row is damaged.
void pack_journal(Transaction& transaction, std::int64_t run, std::span<const trace::Channel> channels);

/// Loads every sample; traces[i] belongs to channel number i.
[[nodiscard]] Status load_samples(Database& database, std::int64_t run, std::span<trace::Trace> traces);

/// Loads a few points per chunk with the same integral. Power and energy channels keep the readings around
/// each of `edges` (rising, in seconds). Chunks that overlap a gap of the trace are loaded in full.
[[nodiscard]] Status load_reduced(Database& database, std::int64_t run, std::span<trace::Trace> traces,
                                  std::span<const double> edges);

}  // namespace joulecast::store::sql
