// What the jobs of a batch system used: the runs that were measured within them, added up by job, user,
// account or month. Nothing of what they ran is read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/place.hpp"
#include "base/provenance.hpp"
#include "formats/sacct.hpp"
#include "store/job_run.hpp"

namespace joulecast::session {

enum class JobGroup { job, user, account, month };

/// The request in the user's words. "" does not restrict the list.
struct JobRequest {
  /// Path or address; "" = the user's own. A folder: all stores in it (*.db), such as one of each node.
  std::string store = {};
  std::string user = {};
  std::string account = {};
  std::string partition = {};
  std::string since = {};  ///< see parse_moment(); the run began at this time or later
  std::string until = {};  ///< the run began before this time
  JobGroup by = JobGroup::job;
  Place place = {};  ///< replaces those of the runs
};

/// What some runs used together.
struct JobSum {
  std::size_t runs = 0;
  std::size_t running = 0;
  std::optional<WallTime> begin, end;
  Seconds measured{0};           ///< node time: of several nodes, the sum
  std::optional<Joules> energy;  ///< nothing if it is known of no run
  Provenance provenance = Provenance::missing;
  double coverage = 0;             ///< time coverage of what is known, weighted by energy
  std::size_t without_energy = 0;  ///< runs whose energy is not known
  Seconds not_measured{0};         ///< time of which nothing is counted
  /// Runs that measured a node while another run of the same job did: they are not added.
  std::size_t left_out = 0;
  Joules left_out_energy{0};
  /// Emissions of what is known, where every run with an energy has a place.
  std::optional<GramsCO2e> carbon;
  std::size_t without_place = 0;
};

struct JobEnergy {
  std::string job;
  std::string user, account, partition;  ///< "" = not known
  std::size_t nodes = 0;                 ///< of which there is a run
  std::size_t expected = 0;  ///< nodes of its largest step, as its runs knew; at least those above
  /// Nodes of which a step, or a start of the job, has no run, as its runs knew how many there were. One that
  /// is missing in two of them counts twice.
  std::size_t unreported = 0;
  std::vector<std::string> hosts;    ///< the nodes by name
  std::vector<std::string> missing;  ///< nodes that Slurm lent to the job, of which there is no run
  JobSum sum;
  std::optional<formats::SacctJob> slurm;  ///< its own account of the job
};

/// A user, an account or a month.
struct JobGroupEnergy {
  std::string name;  ///< "" = not known
  std::size_t jobs = 0;
  JobSum sum;
};

struct JobReport {
  JobGroup by = JobGroup::job;
  std::vector<JobEnergy> jobs;         ///< the latest first
  std::vector<JobGroupEnergy> groups;  ///< unless by job: by falling energy, months in their order
  JobSum total;
  std::vector<std::string> unread;  ///< stores of a folder that could not be read, and why
};

/// invalid, with the name of the field, for a value without a meaning. `sacct` is empty where Slurm's account
/// is not known; users and accounts that a run did not know are taken from it.
[[nodiscard]] Result<JobReport> job_energy(const JobRequest& request,
                                           const std::vector<formats::SacctJob>& sacct = {},
                                           const Clock& clock = system_clock());

/// Puts Slurm's account beside the jobs that were found before.
void join_sacct(JobReport& report, const std::vector<formats::SacctJob>& sacct);

}  // namespace joulecast::session
