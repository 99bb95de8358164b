#include "store/sql/samples.hpp"

#include <algorithm>
#include <unordered_map>

#include "store/block.hpp"
#include "store/journal_row.hpp"
#include "store/reduced.hpp"

namespace joulecast::store::sql {
namespace {

Failure damaged(const Database& database, std::int64_t run) {
  return fail(ErrorKind::malformed, database.where(), "the samples of run {} are damaged", run);
}

std::int64_t write_block(Transaction& transaction, const Buffer& data) {
  return transaction.insert("INSERT INTO @block (data) VALUES (?) RETURNING key", Bytes(data));
}

void write_chunk(Transaction& transaction, std::int64_t run, int channel, double resolution,
                 std::int64_t times_key, std::span<const std::int64_t> times,
                 std::span<const double> values) {
  const auto data = encode_values(values, resolution);
  const auto insert = [&](const char* sql, const auto& block) {
    transaction.run(sql, run, channel, times.front(), times.back(), static_cast<std::int64_t>(times.size()),
                    values.front(), values.back(), integral_of(times, values), times_key, block);
  };
  if (const auto* at_once = transaction.database().dialect().insert_chunk)
    return insert(at_once, Bytes(data));
  insert(
      "INSERT INTO @chunk (run, channel, first_us, last_us, count, first_value, last_value, integral, times, "
      "block) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      write_block(transaction, data));
}

/// Every reading of the run's journal, one column per channel.
Result<std::vector<Column>> read_journal(Database& database, std::int64_t run,
                                         std::span<const trace::Channel> channels) {
  std::vector<Column> columns(channels.size());
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].channel = static_cast<int>(i);
  auto rows = database.query("SELECT data FROM @journal WHERE run = ? ORDER BY number", run);
  while (rows.row())
    if (!decode_journal_row(rows.bytes(0), channels, columns)) return damaged(database, run);
  if (auto status = rows.status(); !status) return propagate(status.error());
  if (!decode_journal_row(database.rows_beside(run), channels, columns)) return damaged(database, run);
  return columns;
}

struct Chunk {
  std::int64_t channel, count;
  Stretch stretch;
  std::int64_t times_key, block_key;
};

/// Reads chunks of a run, and reuses the times that its channels share.
class ChunkReader {
 public:
  ChunkReader(Database& database, std::int64_t run) : database_(database), run_(run) {}

  /// Calls the action for each chunk, ordered by channel and time.
  template <class Action>
  Status for_each(std::size_t channels, Action action) {
    auto rows = database_.query(
        "SELECT channel, count, first_us, last_us, first_value, last_value, integral, times, block "
        "FROM @chunk WHERE run = ? ORDER BY channel, first_us",
        run_);
    while (rows.row()) {
      const Stretch stretch{to_seconds(rows.integer(2)), to_seconds(rows.integer(3)), rows.real(4),
                            rows.real(5), rows.real(6)};
      const Chunk chunk{rows.integer(0), rows.integer(1), stretch, rows.integer(7), rows.integer(8)};
      if (chunk.channel < 0 || static_cast<std::size_t>(chunk.channel) >= channels)
        return damaged(database_, run_);
      if (auto status = action(chunk); !status) return status;
    }
    return rows.status();
  }

  /// Calls the action with the chunk's times and values.
  template <class Action>
  Status read(const Chunk& chunk, double resolution, Action action) {
    const auto* times = times_of(chunk.times_key);
    auto block = database_.query("SELECT data FROM @block WHERE key = ?", chunk.block_key);
    if (!block.row()) return block.status() ? Status(damaged(database_, run_)) : block.status();
    const auto values = decode_values(block.bytes(0), resolution);
    if (times == nullptr || !values || values->size() != times->size()) return damaged(database_, run_);
    action(*times, *values);
    return {};
  }

  Status append(const Chunk& chunk, trace::Trace& trace) {
    return read(chunk, trace.channel.resolution, [&](const Times& times, const std::vector<double>& values) {
      const auto before = trace.times.size();
      trace.times.resize(before + times.size());
      std::ranges::transform(times, trace.times.begin() + static_cast<std::ptrdiff_t>(before), to_seconds);
      trace.values.insert(trace.values.end(), values.begin(), values.end());
    });
  }

  /// Makes room for all readings of the run, so that the traces do not grow time and again. What a damaged
  /// store says of its chunks is not asked.
  Status reserve(std::span<trace::Trace> traces) {
    auto rows = database_.query("SELECT channel, count(*) FROM @chunk WHERE run = ? GROUP BY channel", run_);
    while (rows.row()) {
      const auto channel = rows.integer(0);
      if (channel < 0 || static_cast<std::size_t>(channel) >= traces.size()) return damaged(database_, run_);
      auto& trace = traces[static_cast<std::size_t>(channel)];
      const auto count = static_cast<std::size_t>(rows.integer(1)) * chunk_length;
      trace.times.reserve(count);
      trace.values.reserve(count);
    }
    return rows.status();
  }

 private:
  const Times* times_of(std::int64_t key) {
    if (const auto known = times_.find(key); known != times_.end()) return &known->second;
    auto block = database_.query("SELECT data FROM @block WHERE key = ?", key);
    if (!block.row()) return nullptr;
    auto times = decode_times(block.bytes(0));
    return times ? &times_.emplace(key, std::move(*times)).first->second : nullptr;
  }

  Database& database_;
  std::int64_t run_;
  std::unordered_map<std::int64_t, Times> times_;
};

Status load_journal(Database& database, std::int64_t run, std::span<trace::Trace> traces) {
  std::vector<trace::Channel> channels;
  for (const auto& trace : traces) channels.push_back(trace.channel);
  const auto columns = read_journal(database, run, channels);
  if (!columns) return propagate(columns.error());
  for (std::size_t i = 0; i < columns->size(); ++i) {
    const auto& column = (*columns)[i];
    for (const auto time : column.times) traces[i].times.push_back(to_seconds(time));
    traces[i].values.insert(traces[i].values.end(), column.values.begin(), column.values.end());
  }
  return {};
}

}  // namespace

void write_chunks(Transaction& transaction, std::int64_t run, std::span<const Column> columns,
                  std::span<const trace::Channel> channels) {
  for (const auto& [times, members] : group_by_times(columns)) {
    for (std::size_t begin = 0; begin < times.size() && transaction.ok(); begin += chunk_length) {
      const auto length = std::min(chunk_length, times.size() - begin);
      const auto part = std::span(times).subspan(begin, length);
      const auto times_key = write_block(transaction, encode_times(part));
      for (const auto* column : members)
        write_chunk(transaction, run, column->channel,
                    channels[static_cast<std::size_t>(column->channel)].resolution, times_key, part,
                    std::span(column->values).subspan(begin, length));
    }
  }
}

void pack_journal(Transaction& transaction, std::int64_t run, std::span<const trace::Channel> channels) {
  if (!transaction.ok()) return;
  const auto columns = read_journal(transaction.database(), run, channels);
  if (!columns) return transaction.require(propagate(columns.error()));
  write_chunks(transaction, run, *columns, channels);
  transaction.run("DELETE FROM @journal WHERE run = ?", run);
}

Status load_samples(Database& database, std::int64_t run, std::span<trace::Trace> traces) {
  ChunkReader reader(database, run);
  auto status = reader.reserve(traces);
  if (!status) return status;
  status = reader.for_each(traces.size(), [&](const Chunk& chunk) {
    return reader.append(chunk, traces[static_cast<std::size_t>(chunk.channel)]);
  });
  return status ? load_journal(database, run, traces) : status;
}

Status load_reduced(Database& database, std::int64_t run, std::span<trace::Trace> traces,
                    std::span<const double> edges) {
  ChunkReader reader(database, run);
  auto status = reader.for_each(traces.size(), [&](const Chunk& chunk) -> Status {
    auto& trace = traces[static_cast<std::size_t>(chunk.channel)];
    const auto quantity = trace.channel.quantity;
    const bool energy = quantity == trace::Quantity::energy || quantity == trace::Quantity::power;
    if (chunk.count <= static_cast<std::int64_t>(too_few_to_reduce) || meets_gap(chunk.stretch, trace.gaps))
      return reader.append(chunk, trace);
    if (energy && holds_edge(chunk.stretch, edges))
      return reader.read(chunk, trace.channel.resolution,
                         [&](const Times& times, const std::vector<double>& values) {
                           append_between_edges(times, values, edges, trace);
                         });
    append_reduced(chunk.stretch, trace);
    return {};
  });
  return status ? load_journal(database, run, traces) : status;
}

}  // namespace joulecast::store::sql
