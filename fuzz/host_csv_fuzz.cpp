// Arbitrary bytes as a log of process CPU and memory.
#include "support/import_text.hpp"

namespace joulecast::formats {
extern const Importer host_csv_importer;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  joulecast::fuzzing::import_text(joulecast::formats::host_csv_importer, data, size);
  return 0;
}
