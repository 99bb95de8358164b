// The part of NVIDIA's management library that we call, declared here so that building needs no NVIDIA
// package. Names and layouts: NVML API reference, https://docs.nvidia.com/deploy/nvml-api/
#pragma once

namespace joulecast::sensors::nvml {

using Return = int;
enum : Return {
  success = 0,
  uninitialized = 1,
  not_supported = 3,
  no_permission = 4,
  not_found = 6,
  driver_not_loaded = 9,
  timeout = 10,
  gpu_is_lost = 15,
  reset_required = 16,
  version_mismatch = 18,
  unknown_error = 999,
};

struct DeviceHandle;
using Device = DeviceHandle*;

struct Utilization {
  unsigned gpu;     ///< percent of time with a kernel running
  unsigned memory;  ///< percent of time with memory read or written
};

struct Memory {
  unsigned long long total, free, used;  ///< bytes
};

struct FieldValue {
  unsigned field;
  unsigned scope;       ///< of power: 0 GPU, 1 module, 2 memory
  long long timestamp;  ///< us since 1970
  long long latency_us;
  int value_type;  ///< see ValueType
  Return result;
  union {
    double d;
    unsigned u;
    unsigned long ul;
    unsigned long long ull;
    long long ll;
  } value;
};
static_assert(sizeof(FieldValue) == 40);

enum ValueType : int {
  type_double = 0,
  type_unsigned = 1,
  type_unsigned_long = 2,
  type_unsigned_long_long = 3
};

constexpr unsigned field_power_average = 185;  ///< mW, mean of the last second
constexpr unsigned field_power_instant = 186;  ///< mW
constexpr unsigned scope_gpu = 0;

enum Architecture : unsigned {
  kepler = 2,
  maxwell = 3,
  pascal = 4,
  volta = 5,
  turing = 6,
  ampere = 7,
  ada = 8,
  hopper = 9,
  blackwell = 10,
};

/// Bits of why the clocks are not higher (nvmlClocksEventReasons; "throttle reasons" before driver 535).
enum ClocksEvent : unsigned long long {
  software_power_cap = 0x4,  ///< the power limit; the usual state of a busy board
  hardware_slowdown = 0x8,   ///< clocks halved or worse: heat or power brake, which of them the others tell
  software_thermal = 0x20,
  hardware_thermal = 0x40,
  hardware_power_brake = 0x80,
};

constexpr unsigned temperature_of_gpu = 0;
constexpr unsigned clock_of_multiprocessors = 1;
constexpr unsigned uuid_size = 96;
constexpr unsigned name_size = 96;

/// Pointers to the functions; those that a driver may lack can be nullptr.
struct Functions {
  Return (*init)() = nullptr;
  Return (*shutdown)() = nullptr;
  const char* (*error_string)(Return) = nullptr;
  Return (*device_count)(unsigned*) = nullptr;
  Return (*device_by_index)(unsigned, Device*) = nullptr;
  Return (*device_by_uuid)(const char*, Device*) = nullptr;
  Return (*uuid)(Device, char*, unsigned) = nullptr;
  Return (*name)(Device, char*, unsigned) = nullptr;
  Return (*total_energy)(Device, unsigned long long*) = nullptr;  ///< mJ since the driver was loaded
  Return (*power_usage)(Device, unsigned*) = nullptr;             ///< mW
  Return (*field_values)(Device, int, FieldValue*) = nullptr;
  Return (*power_limit)(Device, unsigned*) = nullptr;  ///< mW, enforced now
  Return (*utilization)(Device, Utilization*) = nullptr;
  Return (*memory)(Device, Memory*) = nullptr;
  Return (*temperature)(Device, unsigned, unsigned*) = nullptr;    ///< degrees Celsius
  Return (*clock)(Device, unsigned, unsigned*) = nullptr;          ///< MHz
  Return (*clocks_events)(Device, unsigned long long*) = nullptr;  ///< see ClocksEvent
  Return (*architecture)(Device, unsigned*) = nullptr;
  Return (*mig_mode)(Device, unsigned* now, unsigned* pending) = nullptr;
  Return (*mig_count)(Device, unsigned*) = nullptr;
  Return (*mig_by_index)(Device, unsigned, Device*) = nullptr;
};

}  // namespace joulecast::sensors::nvml
