// Arbitrary text in the place of files of the kernel, answers of a management controller and environment
// variables. The result must be nothing or figures within their bounds, without a crash.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sensors/support/dcmi.hpp"
#include "sensors/support/process_tree.hpp"
#include "sensors/support/processor.hpp"
#include "sensors/support/visible_devices.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast::sensors;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_process_stat(text);
  (void)parse_cpu_ticks(text);
  (void)parse_dcmi_power({data, size});
  if (const auto memory = parse_meminfo(text); memory && memory->used > memory->total) std::abort();

  static const std::vector<VisibleDevice> machine{{"GPU-8932f937", "A", false, {}},
                                                  {"GPU-8932aaaa", "A", false, {}},
                                                  {"GPU-5f3a", "B", true, {"MIG-c738"}}};
  const auto selection = visible_devices(text, machine);
  if (selection.indices.size() > machine.size()) std::abort();
  for (const auto index : selection.indices)
    if (index >= machine.size()) std::abort();
  // devices must not be hidden without a note
  if (selection.indices.empty() && selection.note.empty()) std::abort();
  return 0;
}
