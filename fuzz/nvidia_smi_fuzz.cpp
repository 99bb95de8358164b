// Arbitrary bytes as nvidia-smi logs: with their own header, with guessed columns, and with named columns.
#include "support/import_text.hpp"

namespace joulecast::formats {
extern const Importer nvidia_smi_importer;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& importer = joulecast::formats::nvidia_smi_importer;
  joulecast::fuzzing::import_text(importer, data, size);
  joulecast::fuzzing::import_text(importer, data, size,
                                  {.strict = false, .columns = {"timestamp", "index", "power.draw"}});
  return 0;
}
