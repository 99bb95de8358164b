// Which powers of a table are the sums of others in it, by their values. Internal to the module.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "formats/support/table_sample.hpp"

namespace joulecast::formats {

/// The power columns that would count twice: those that are the sum of others at nearly all times, or these
/// others where no channel of their own tells them apart. The power of a whole machine is no such column,
/// because no total adds it to its parts.
[[nodiscard]] std::vector<std::size_t> find_double_columns(const TableSample& sample,
                                                           const std::vector<Meaning>& meanings);

/// The same for the devices of a table with a row for each: the cells of the column `device` that are sums.
[[nodiscard]] std::vector<std::string> find_sum_devices(const TableSample& sample,
                                                        const std::vector<Meaning>& meanings,
                                                        std::size_t device);

}  // namespace joulecast::formats
