#include "session/machine/look_up_hardware.hpp"

#include <utility>

namespace joulecast::session {
namespace {

Result<HardwareAnswer> look_up(const std::string& name, const hardware::Catalogue& catalogue) {
  auto gpu = catalogue.find_gpu(name);
  if (gpu) return std::move(*gpu);
  if (auto several = catalogue.gpus_called(name); !several.empty()) return GpusOfOneName{std::move(several)};
  auto cpu = catalogue.find_cpu(name);
  if (cpu) return std::move(*cpu);
  return fail(ErrorKind::invalid, "", "{}; {}", gpu.error().message, cpu.error().message);
}

}  // namespace

Result<HardwareAnswer> look_up_hardware(const HardwareRequest& request) {
  auto catalogue = hardware::catalogue();
  if (!catalogue) return propagate(catalogue.error());
  if (!request.gpu_file.empty()) {
    auto own = hardware::read_gpu_file(request.gpu_file);
    if (!own) return propagate(own.error());
    for (auto& gpu : *own) catalogue->add(std::move(gpu));
  }
  if (request.name.empty()) return HardwareList{catalogue->gpus(), catalogue->cpus().size()};
  return look_up(request.name, *catalogue);
}

}  // namespace joulecast::session
