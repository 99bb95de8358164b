#include "store/journal_row.hpp"

#include <algorithm>

namespace joulecast::store {
namespace {

void put_block(Buffer& out, const Buffer& block) {
  put_varint(out, block.size());
  out.insert(out.end(), block.begin(), block.end());
}

}  // namespace

Buffer encode_journal_row(std::span<const Column> columns, std::span<const trace::Channel> channels) {
  Buffer row;
  for (const auto& [times, members] : group_by_times(columns)) {
    // Many readings accumulate while the store is locked. They are split, since no block may be longer than a
    // chunk.
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
  return row;
}

bool decode_journal_row(std::span<const std::uint8_t> row, std::span<const trace::Channel> channels,
                        std::span<Column> columns) {
  ByteReader in(row);
  while (in.ok() && !in.at_end()) {
    const auto times = decode_times(in.take(in.varint()));
    const auto members = in.varint();
    for (std::uint64_t i = 0; i < members && in.ok(); ++i) {
      const auto channel = in.varint();
      const auto block = in.take(in.varint());
      if (!in.ok() || channel >= columns.size()) return false;
      const auto values = decode_values(block, channels[channel].resolution);
      if (!times || !values || times->size() != values->size()) return false;
      auto& column = columns[channel];
      column.times.insert(column.times.end(), times->begin(), times->end());
      column.values.insert(column.values.end(), values->begin(), values->end());
    }
  }
  return in.ok();
}

}  // namespace joulecast::store
