// Arbitrary bytes as logs. The first byte chooses the importer: '*' lets the rest be recognised as a user's
// file would be, any other byte is a number of all_importers(). Each text is read as it is, and with
// everything that options may say.
#include "support/import_text.hpp"

namespace {

using namespace joulecast;

formats::ImportOptions told(std::vector<std::string> columns) {
  formats::ImportOptions options;
  options.columns = std::move(columns);
  options.start = WallTime{1'793'872'800'000'000'000};
  options.period = Seconds{1};
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto importers = formats::all_importers();
  const auto* importer = *data == '*' ? nullptr : importers[*data % importers.size()];
  fuzzing::import_text(importer, text, {});
  fuzzing::import_text(importer, text, told({}));
  fuzzing::import_text(importer, text, told({"timestamp", "index", "power.draw"}));
  fuzzing::import_text(importer, text, told({"time=1", "power_w=2"}));
  return 0;
}
