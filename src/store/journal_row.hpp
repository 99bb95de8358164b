// A journal row: the readings of one commit as bytes (docs/store.md). Internal to the store.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "store/block.hpp"
#include "store/column.hpp"
#include "trace/channel.hpp"

namespace joulecast::store {

/// `channels` describes the columns by number. Empty if the columns are empty.
[[nodiscard]] Buffer encode_journal_row(std::span<const Column> columns,
                                        std::span<const trace::Channel> channels);

/// Adds a row's samples to the columns, by channel number. Returns false if the bytes are not a valid row.
[[nodiscard]] bool decode_journal_row(std::span<const std::uint8_t> row,
                                      std::span<const trace::Channel> channels, std::span<Column> columns);

}  // namespace joulecast::store
