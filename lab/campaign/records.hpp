// What a campaign writes down as it goes: one record for each thing that happened.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/provenance.hpp"
#include "lab/plan/plan.hpp"

namespace joulecast::lab {

/// Why a run was made.
enum class Role {
  cell,       ///< a repetition of a cell
  reference,  ///< of the reference configuration, to see drift
};

/// Which run is meant. A repetition that failed or was interrupted is made again as a further attempt.
struct RunPlace {
  Role role = Role::cell;
  std::string cell;    ///< Cell::id
  int repetition = 1;  ///< from 1; of a reference, its number in the campaign
  int attempt = 1;     ///< from 1
  friend bool operator==(const RunPlace&, const RunPlace&) = default;
};

/// What else the machine did meanwhile. Nothing = not known.
struct Noise {
  std::optional<double> load;        ///< before the run: running processes, as a mean of one minute
  std::optional<double> pressure;    ///< share of the run's time in which somebody waited for a CPU
  std::optional<double> others_cpu;  ///< CPUs that other processes used during the run
  std::optional<int> gpu_processes;  ///< that had a GPU of ours before the run
};

/// How the run's devices behaved. Nothing = no device told.
struct Conduct {
  std::optional<double> throttled_by_power;  ///< share of the time; of the worst device
  std::optional<double> throttled_by_heat;
  std::optional<double> gpu_clock_hz;     ///< mean over time and GPUs
  std::optional<double> gpu_temperature;  ///< mean, degrees Celsius
  std::vector<std::string> flags;         ///< what a reader should know, a phrase each
};

/// A run that has begun. If nothing more is told of it, the lab was killed meanwhile.
struct RunBegun {
  RunPlace place;
  Levels levels;
  WallTime at;
};

/// A run that has ended, whatever way.
struct RunEnded {
  RunPlace place;
  Levels levels;
  WallTime began;
  WallTime ended;
  Outcome outcome = Outcome::finished;
  std::optional<int> exit_status;
  std::string reason;  ///< of a failure: what was found, "CUDA out of memory"; may be empty
  std::string run_id;  ///< in the store; "" if it could not be stored
  Seconds duration{0};
  std::optional<Joules> energy;  ///< nothing if none was measured or modelled
  Provenance provenance = Provenance::missing;
  std::optional<double> measured_share;  ///< of the energy; nothing if not known
  std::map<std::string, double> metrics;
  Noise noise;
  Conduct conduct;
};

/// A slope with its 95 % interval, relative to the mean, in a minute.
struct Slope {
  double value = 0, low = 0, high = 0;
};

struct WarmedUp {
  WallTime at;
  Seconds duration{0};
  std::string why;                    ///< "steady", "time", "interrupted"
  std::optional<Slope> power;         ///< at its end; nothing if nothing measures power
  std::optional<double> temperature;  ///< the fastest change of a temperature, K in a minute
  std::optional<Joules> energy;       ///< that it took
};

struct CooledDown {
  WallTime at;
  Seconds duration{0};
  std::string why;             ///< "idle", "time"
  std::optional<Watts> power;  ///< at its end
  std::optional<Watts> idle;   ///< that was aimed at
  std::optional<Joules> energy;
};

/// Which campaign the journal is of. The first record.
struct CampaignBegun {
  std::string name;
  std::string store;  ///< where its runs are: an absolute path or an address
  WallTime at;
};

/// What of a plan matters for the results, by key, as text. Written when it differs from before.
using PlanFacts = std::map<std::string, std::string>;

struct PlanUsed {
  WallTime at;
  PlanFacts facts;
};

/// One call of `joulecast lab run`.
struct SessionBegun {
  WallTime at;
  std::string host;
  std::vector<std::string> busy;  ///< why the machine was found busy, and used nevertheless
  std::optional<Watts> idle;      ///< of the machine, before anything began
};

/// What has failed for good until now is to be made again, cells that were given up included.
struct RetryWished {
  WallTime at;
  std::vector<std::string> cells{};  ///< Cell::id, of these alone; empty = of all
};

using Record = std::variant<CampaignBegun, PlanUsed, SessionBegun, WarmedUp, CooledDown, RunBegun, RunEnded,
                            RetryWished>;

}  // namespace joulecast::lab
