// The accounting of Slurm, as `sacct` prints it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace joulecast::formats {

/// The columns that read_sacct() expects, of which the last may be missing, for `sacct --parsable2 --noheader
/// --format=…`.
constexpr const char* sacct_columns =
    "JobIDRaw,User,Account,Partition,State,ElapsedRaw,ConsumedEnergyRaw,NodeList";

/// A job by Slurm's account. A job that was requeued has several lines, which are added up.
struct SacctJob {
  std::string id;
  std::string user;
  std::string account;
  std::string partition;
  std::string state;               ///< of the latest: "COMPLETED", "CANCELLED by 0" …
  std::optional<Seconds> elapsed;  ///< on the clock, while the job had its nodes
  /// Of its nodes. Nothing where Slurm measures no energy, which it then gives as 0.
  std::optional<Joules> energy;
  std::vector<std::string> node_lists;  ///< "n[1-4]": of each attempt, if it had nodes
};

/// malformed, with the number of the line, if no line can be read; lines among others that cannot are left
/// out. Ordered by id.
[[nodiscard]] Result<std::vector<SacctJob>> read_sacct(std::string_view text);

}  // namespace joulecast::formats
