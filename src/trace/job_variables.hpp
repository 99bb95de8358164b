// The variables that batch systems and launchers set, as their manuals list them. Internal to the module.
#pragma once

#include <array>
#include <string_view>

namespace joulecast::trace {

/// Names of one figure; the first one that is set counts.
using Names = std::array<const char*, 3>;

/// What a launcher calls the places of its processes.
struct Launcher {
  const char* name;
  const char* sign;  ///< set by this launcher alone
  Names rank;
  Names world_size;
  Names local_rank;
  Names local_size;
  Names node_rank;
  Names node_count;
  Names launch;
};

/// What sets the variables of torch.distributed where no launcher that we know does.
inline constexpr std::string_view torch_alone = "torch";

/// The innermost first: torchrun may be started by mpirun, and that by srun.
inline constexpr Launcher launchers[] = {
    {"torchrun",
     "TORCHELASTIC_RUN_ID",
     {"RANK"},
     {"WORLD_SIZE"},
     {"LOCAL_RANK"},
     {"LOCAL_WORLD_SIZE"},
     {"GROUP_RANK"},
     {"GROUP_WORLD_SIZE"},
     {"TORCHELASTIC_RUN_ID"}},
    {"deepspeed",
     "CROSS_RANK",
     {"RANK"},
     {"WORLD_SIZE"},
     {"LOCAL_RANK"},
     {"LOCAL_SIZE"},
     {"CROSS_RANK"},
     {"CROSS_SIZE"},
     {}},
    {torch_alone.data(),
     "LOCAL_RANK",
     {"RANK"},
     {"WORLD_SIZE"},
     {"LOCAL_RANK"},
     {"LOCAL_WORLD_SIZE", "LOCAL_SIZE"},
     {"GROUP_RANK", "NODE_RANK"},
     {},
     {}},
    {"openmpi",
     "OMPI_COMM_WORLD_RANK",
     {"OMPI_COMM_WORLD_RANK"},
     {"OMPI_COMM_WORLD_SIZE"},
     {"OMPI_COMM_WORLD_LOCAL_RANK"},
     {"OMPI_COMM_WORLD_LOCAL_SIZE"},
     {},
     {"OMPI_MCA_orte_num_nodes"},
     {"PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid"}},
    {"mvapich",
     "MV2_COMM_WORLD_RANK",
     {"MV2_COMM_WORLD_RANK"},
     {"MV2_COMM_WORLD_SIZE"},
     {"MV2_COMM_WORLD_LOCAL_RANK"},
     {"MV2_COMM_WORLD_LOCAL_SIZE"},
     {},
     {},
     {}},
    {"mpich",
     "MPI_LOCALRANKID",
     {"PMI_RANK"},
     {"PMI_SIZE"},
     {"MPI_LOCALRANKID"},
     {"MPI_LOCALNRANKS"},
     {},
     {},
     {"PMI_JOBID"}},
    {"jsrun",
     "JSM_NAMESPACE_RANK",
     {"JSM_NAMESPACE_RANK"},
     {"JSM_NAMESPACE_SIZE"},
     {"JSM_NAMESPACE_LOCAL_RANK"},
     {"JSM_NAMESPACE_LOCAL_SIZE"},
     {},
     {},
     {}},
    {"flux",
     "FLUX_TASK_RANK",
     {"FLUX_TASK_RANK"},
     {"FLUX_JOB_SIZE"},
     {"FLUX_TASK_LOCAL_ID"},
     {},
     {},
     {"FLUX_JOB_NNODES"},
     {}},
    {"pmix", "PMIX_RANK", {"PMIX_RANK"}, {}, {}, {}, {}, {}, {"PMIX_NAMESPACE"}},
};
/// How many tasks of a step are on a node is a list (tasks_on_node()).
inline constexpr Launcher srun = {"srun",
                                  "SLURM_PROCID",
                                  {"SLURM_PROCID"},
                                  {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"},
                                  {"SLURM_LOCALID"},
                                  {},
                                  {"SLURM_NODEID"},
                                  {"SLURM_STEP_NUM_NODES"},
                                  {}};

/// What a batch system calls its job.
struct Scheduler {
  const char* name;
  Names id;
  Names array_id;
  Names array_index;
  Names step;
  Names restarts;
  Names job_name;
  Names user;
  Names account;
  Names partition;
  Names cluster;
  Names node;
  Names node_count;
};

inline constexpr Scheduler schedulers[] = {
    {"slurm",
     {"SLURM_JOB_ID", "SLURM_JOBID"},
     {"SLURM_ARRAY_JOB_ID"},
     {"SLURM_ARRAY_TASK_ID"},
     {"SLURM_STEP_ID", "SLURM_STEPID"},
     {"SLURM_RESTART_COUNT"},
     {"SLURM_JOB_NAME"},
     {"SLURM_JOB_USER"},
     {"SLURM_JOB_ACCOUNT"},
     {"SLURM_JOB_PARTITION"},
     {"SLURM_CLUSTER_NAME"},
     {"SLURMD_NODENAME"},
     {"SLURM_JOB_NUM_NODES", "SLURM_NNODES"}},
    {"flux", {"FLUX_JOB_ID"}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {"FLUX_JOB_NNODES"}},
    {"pbs",
     {"PBS_JOBID"},
     {"PBS_ARRAY_ID"},
     {"PBS_ARRAY_INDEX", "PBS_ARRAYID"},
     {},
     {},
     {"PBS_JOBNAME"},
     {"PBS_O_LOGNAME"},
     {"PBS_ACCOUNT"},
     {"PBS_QUEUE"},
     {},
     {},
     {"PBS_NUM_NODES"}},
    {"lsf",
     {"LSB_JOBID"},
     {},
     {},
     {},
     {},
     {"LSB_JOBNAME"},
     {"LSFUSER"},
     {"LSB_PROJECT_NAME"},
     {"LSB_QUEUE"},
     {},
     {},
     {}},
};

}  // namespace joulecast::trace
