// Arbitrary bytes as MLPerf MLLOG power and training logs.
#include "support/import_text.hpp"

namespace joulecast::formats {
extern const Importer mllog_importer;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  joulecast::fuzzing::import_text(joulecast::formats::mllog_importer, data, size);
  return 0;
}
