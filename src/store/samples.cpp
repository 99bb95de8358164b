#include "store/samples.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "store/block.hpp"

namespace joulecast::store {
namespace {

using Times = std::vector<std::int64_t>;

Failure damaged(const Database& database, std::int64_t run) {
  return fail(ErrorKind::malformed, database.where(), "the samples of run {} are damaged", run);
}

/// Columns by their times: one read call of a sensor stamps all of its channels alike.
std::map<Times, std::vector<const Column*>> group_by_times(std::span<const Column> columns) {
  std::map<Times, std::vector<const Column*>> groups;
  for (const auto& column : columns)
    if (!column.times.empty()) groups[column.times].push_back(&column);
  return groups;
}

/// Integral over time by the trapezoid rule, in value x seconds.
double integral_of(std::span<const std::int64_t> times, std::span<const double> values) {
  double sum = 0;
  for (std::size_t i = 1; i < times.size(); ++i)
    sum += 0.5 * (values[i] + values[i - 1]) * static_cast<double>(times[i] - times[i - 1]);
  return sum * 1e-6;
}

std::int64_t write_block(Transaction& transaction, const Buffer& data) {
  transaction.run("INSERT INTO block (data) VALUES (?)", Bytes(data));
  return transaction.database().last_row_key();
}

void write_chunk(Transaction& transaction, std::int64_t run, int channel, double resolution,
                 std::int64_t times_key, std::span<const std::int64_t> times,
                 std::span<const double> values) {
  const auto block = write_block(transaction, encode_values(values, resolution));
  transaction.run(
      "INSERT INTO chunk (run, channel, first_us, last_us, count, first_value, last_value, integral, times, "
      "block) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      run, channel, times.front(), times.back(), static_cast<std::int64_t>(times.size()), values.front(),
      values.back(), integral_of(times, values), times_key, block);
}

void put_block(Buffer& out, const Buffer& block) {
  put_varint(out, block.size());
  out.insert(out.end(), block.begin(), block.end());
}

/// Adds a journal row's samples to the columns, by channel number.
Status read_journal_row(Bytes row, const Database& database, std::int64_t run,
                        std::span<const double> resolutions, std::span<Column> columns) {
  ByteReader in(row);
  while (in.ok() && !in.at_end()) {
    const auto times = decode_times(in.take(in.varint()));
    const auto members = in.varint();
    for (std::uint64_t i = 0; i < members && in.ok(); ++i) {
      const auto channel = in.varint();
      const auto block = in.take(in.varint());
      if (!in.ok() || channel >= columns.size()) return damaged(database, run);
      const auto values = decode_values(block, resolutions[channel]);
      if (!times || !values || times->size() != values->size()) return damaged(database, run);
      auto& column = columns[channel];
      column.times.insert(column.times.end(), times->begin(), times->end());
      column.values.insert(column.values.end(), values->begin(), values->end());
    }
  }
  if (!in.ok()) return damaged(database, run);
  return {};
}

Status read_journal(Database& database, std::int64_t run, std::span<const double> resolutions,
                    std::span<Column> columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].channel = static_cast<int>(i);
  auto rows = database.query("SELECT data FROM journal WHERE run = ? ORDER BY number", run);
  while (rows.row())
    if (auto status = read_journal_row(rows.bytes(0), database, run, resolutions, columns); !status)
      return status;
  return rows.status();
}

struct Chunk {
  std::int64_t channel, first_us, last_us, count;
  double first_value, last_value, integral;
  std::int64_t times_key, block_key;
};

/// Reads chunks of a run, keeping the time lines that its channels share.
class ChunkReader {
 public:
  ChunkReader(Database& database, std::int64_t run) : database_(database), run_(run) {}

  /// Calls for each chunk by channel and time.
  template <class Action>
  Status for_each(std::size_t channels, Action action) {
    auto rows = database_.query(
        "SELECT channel, first_us, last_us, count, first_value, last_value, integral, times, block FROM "
        "chunk "
        "WHERE run = ? ORDER BY channel, first_us",
        run_);
    while (rows.row()) {
      const Chunk chunk{rows.integer(0), rows.integer(1), rows.integer(2), rows.integer(3), rows.real(4),
                        rows.real(5),    rows.real(6),    rows.integer(7), rows.integer(8)};
      if (chunk.channel < 0 || static_cast<std::size_t>(chunk.channel) >= channels)
        return damaged(database_, run_);
      if (auto status = action(chunk); !status) return status;
    }
    return rows.status();
  }

  /// Calls with the chunk's times and values.
  template <class Action>
  Status read(const Chunk& chunk, double resolution, Action action) {
    const auto* times = times_of(chunk.times_key);
    auto block = database_.query("SELECT data FROM block WHERE key = ?", chunk.block_key);
    if (!block.row()) return block.status() ? Status(damaged(database_, run_)) : block.status();
    const auto values = decode_values(block.bytes(0), resolution);
    if (times == nullptr || !values || values->size() != times->size()) return damaged(database_, run_);
    action(*times, *values);
    return {};
  }

  Status append(const Chunk& chunk, trace::Trace& trace) {
    return read(chunk, trace.channel.resolution, [&](const Times& times, const std::vector<double>& values) {
      for (const auto time : times) trace.times.push_back(to_seconds(time));
      trace.values.insert(trace.values.end(), values.begin(), values.end());
    });
  }

 private:
  const Times* times_of(std::int64_t key) {
    if (const auto known = times_.find(key); known != times_.end()) return &known->second;
    auto block = database_.query("SELECT data FROM block WHERE key = ?", key);
    if (!block.row()) return nullptr;
    auto times = decode_times(block.bytes(0));
    return times ? &times_.emplace(key, std::move(*times)).first->second : nullptr;
  }

  Database& database_;
  std::int64_t run_;
  std::unordered_map<std::int64_t, Times> times_;
};

Status load_journal(Database& database, std::int64_t run, std::span<trace::Trace> traces) {
  std::vector<double> resolutions;
  for (const auto& trace : traces) resolutions.push_back(trace.channel.resolution);
  std::vector<Column> columns(traces.size());
  if (auto status = read_journal(database, run, resolutions, columns); !status) return status;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (const auto time : columns[i].times) traces[i].times.push_back(to_seconds(time));
    traces[i].values.insert(traces[i].values.end(), columns[i].values.begin(), columns[i].values.end());
  }
  return {};
}

bool holds_edge(const Chunk& chunk, std::span<const double> edges) {
  const auto edge = std::ranges::upper_bound(edges, to_seconds(chunk.first_us));
  return edge != edges.end() && *edge < to_seconds(chunk.last_us);
}

bool meets_gap(const Chunk& chunk, const std::vector<trace::Span>& gaps) {
  const Seconds first{to_seconds(chunk.first_us)}, last{to_seconds(chunk.last_us)};
  const auto gap =
      std::ranges::upper_bound(gaps, first, {}, &trace::Span::end);  // disjoint: ends are sorted too
  return gap != gaps.end() && gap->begin < last;
}

/// A stretch of readings by its ends and its integral.
struct Stretch {
  double first, last;  // seconds
  double first_value, last_value, integral;
};

/// A counter is its two ends. A gauge is its two ends and between them, from 1 us after the first to 1 us
/// before the last, the level that makes the trapezoids' sum the integral.
void append_reduced(const Stretch& stretch, trace::Trace& trace) {
  constexpr double ramp = 1e-6;
  const auto add = [&](double time, double value) {
    trace.times.push_back(time);
    trace.values.push_back(value);
  };
  add(stretch.first, stretch.first_value);
  if (trace.channel.behaviour == trace::Behaviour::gauge) {
    const double ends = 0.5 * ramp * (stretch.first_value + stretch.last_value);
    const double level = (stretch.integral - ends) / (stretch.last - stretch.first - ramp);
    add(stretch.first + ramp, level);
    add(stretch.last - ramp, level);
  }
  add(stretch.last, stretch.last_value);
}

/// Fewer than these gain nothing, and leave no room for the two ramps.
constexpr std::size_t too_few = 8;

/// Readings between edges become stretches; the two readings around an edge stay, so that cutting there is
/// exact.
void append_between_edges(const Times& times, std::span<const double> values, std::span<const double> edges,
                          trace::Trace& trace) {
  for (std::size_t begin = 0; begin < times.size();) {
    const auto edge = std::ranges::upper_bound(edges, to_seconds(times[begin]));
    const auto behind =
        edge == edges.end() ? times.end() : std::ranges::lower_bound(times, *edge, {}, to_seconds);
    const auto end = std::max(static_cast<std::size_t>(behind - times.begin()), begin + 1);
    const auto part = std::span(times).subspan(begin, end - begin);
    const auto part_values = values.subspan(begin, end - begin);
    if (part.size() > too_few) {
      append_reduced({to_seconds(part.front()), to_seconds(part.back()), part_values.front(),
                      part_values.back(), integral_of(part, part_values)},
                     trace);
    } else {
      for (const auto time : part) trace.times.push_back(to_seconds(time));
      trace.values.insert(trace.values.end(), part_values.begin(), part_values.end());
    }
    begin = end;
  }
}

}  // namespace

void write_journal(Transaction& transaction, std::int64_t run, std::int64_t number,
                   std::span<const Column> columns, std::span<const trace::Channel> channels) {
  Buffer row;
  for (const auto& [times, members] : group_by_times(columns)) {
    // A store that was locked for long leaves many readings: no block is longer than a chunk.
    for (std::size_t begin = 0; begin < times.size(); begin += chunk_length) {
      const auto length = std::min(chunk_length, times.size() - begin);
      put_block(row, encode_times(std::span(times).subspan(begin, length)));
      put_varint(row, members.size());
      for (const auto* column : members) {
        const auto resolution = channels[static_cast<std::size_t>(column->channel)].resolution;
        put_varint(row, static_cast<std::uint64_t>(column->channel));
        put_block(row, encode_values(std::span(column->values).subspan(begin, length), resolution));
      }
    }
  }
  if (!row.empty())
    transaction.run("INSERT INTO journal (run, number, data) VALUES (?, ?, ?)", run, number, Bytes(row));
}

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
  std::vector<double> resolutions;
  for (const auto& channel : channels) resolutions.push_back(channel.resolution);
  std::vector<Column> columns(channels.size());
  if (!transaction.ok()) return;
  transaction.require(read_journal(transaction.database(), run, resolutions, columns));
  if (!transaction.ok()) return;
  write_chunks(transaction, run, columns, channels);
  transaction.run("DELETE FROM journal WHERE run = ?", run);
}

Status load_samples(Database& database, std::int64_t run, std::span<trace::Trace> traces) {
  ChunkReader reader(database, run);
  auto status = reader.for_each(traces.size(), [&](const Chunk& chunk) {
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
    if (chunk.count <= static_cast<std::int64_t>(too_few) || meets_gap(chunk, trace.gaps))
      return reader.append(chunk, trace);
    if (energy && holds_edge(chunk, edges))
      return reader.read(chunk, trace.channel.resolution,
                         [&](const Times& times, const std::vector<double>& values) {
                           append_between_edges(times, values, edges, trace);
                         });
    append_reduced({to_seconds(chunk.first_us), to_seconds(chunk.last_us), chunk.first_value,
                    chunk.last_value, chunk.integral},
                   trace);
    return {};
  });
  return status ? load_journal(database, run, traces) : status;
}

}  // namespace joulecast::store
