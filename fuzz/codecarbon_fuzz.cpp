// Arbitrary bytes as CodeCarbon's emissions.csv.
#include "support/import_text.hpp"

namespace joulecast::formats {
extern const Importer codecarbon_importer;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  joulecast::fuzzing::import_text(joulecast::formats::codecarbon_importer, data, size);
  return 0;
}
