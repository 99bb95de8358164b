// Imports the log of nvidia-smi on one machine, row by row. Internal to the module.
#pragma once

#include "formats/importer.hpp"

namespace joulecast::formats::nvidia_smi {

[[nodiscard]] Status import_log(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                                ImportReport& report);

}  // namespace joulecast::formats::nvidia_smi
