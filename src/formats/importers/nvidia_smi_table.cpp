// nvidia-smi without options, in a loop: the page with a frame. A row "|  0  NVIDIA A100 …" names a GPU, the
// row below it has "52W / 300W | 1022MiB / 16160MiB | 5%".
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/sample_import.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace {

using trace::Quantity;

Match recognises_nvidia_smi_table(std::string_view head, const ImportOptions&) {
  const auto line = head.substr(0, head.find('\n'));
  const auto time = parse_log_time(line);
  if (!time && line.find("| NVIDIA-SMI ") == std::string_view::npos) return Match::no;
  constexpr std::size_t page = 2000;
  return head.substr(0, page).find("| NVIDIA-SMI ") != std::string_view::npos ? Match::sure : Match::no;
}

/// "52W / 300W" as its numbers in base units; NaN where there is none.
std::pair<double, double> pair_of(std::string_view text, Quantity quantity) {
  const auto number = [&](std::string_view part) {
    const auto cell = parse_cell(part);
    const auto factor = cell ? log_unit_factor(quantity, cell->unit) : std::nullopt;
    return factor ? cell->number * *factor : std::numeric_limits<double>::quiet_NaN();
  };
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return {number(text), std::numeric_limits<double>::quiet_NaN()};
  return {number(text.substr(0, slash)), number(text.substr(slash + 1))};
}

class Import : public SampleImport {
 public:
  Import(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report)
      : SampleImport("nvidia-smi-table", lines, options, sink, report) {}

  Status run() {
    auto taken =
        each_line([this](std::string_view line, std::size_t number, bool) { return take(line, number); });
    return taken ? finish() : taken;
  }

 private:
  Status take(std::string_view line, std::size_t number) {
    if (const auto time = parse_log_time(line)) {
      time_ = *time;
      return {};
    }
    const auto cells = split(line, '|');
    if (cells.size() < 4) return {};
    if (cells.size() == 5 && cells[2].find("MiB") != std::string_view::npos &&
        cells[1].find(" / ") != std::string_view::npos)
      return take_readings(cells, number);
    const auto words = split(trim(cells[1]), ' ');
    if (parse_uint(words.front())) {
      gpu_ = words.front();
      name_ = trim(trim(cells[1]).substr(words.front().size()));
      for (const auto end : {" On", " Off"})  // the persistence mode
        if (name_.ends_with(end)) name_ = trim(std::string_view(name_).substr(0, name_.size() - 4));
    }
    return {};
  }

  /// "| N/A   35C    P0    52W / 300W |   1022MiB / 16160MiB |      5%      Default |"
  Status take_readings(const std::vector<std::string_view>& cells, std::size_t number) {
    if (gpu_.empty()) return {};
    const auto state = trim(cells[1]);
    const auto slash = state.find(" / ");
    const auto begin = state.find_last_of(' ', slash - 1);
    const auto [power, limit] =
        pair_of(state.substr(begin == std::string_view::npos ? 0 : begin), Quantity::power);
    const auto memory = pair_of(trim(cells[2]), Quantity::memory_used).first;
    const auto busy = parse_cell(split(trim(cells[3]), ' ').front());
    std::vector<NamedValue> row;
    const auto add = [&](std::string_view suffix, Quantity quantity, double value) -> trace::Channel& {
      auto& named = row.emplace_back();
      named.value = value;
      named.measure.from = fmt::format("the page of nvidia-smi");
      auto& channel = named.measure.channel;
      channel.name = fmt::format("gpu{}_{}", gpu_, suffix);
      channel.quantity = quantity;
      channel.component = trace::Component::gpu;
      channel.device = gpu_;
      return channel;
    };
    auto& channel = add("power", Quantity::power, power);
    if (limit > 0 && limit <= trace::most_of(trace::Component::gpu).value())
      channel.plausible_maximum = trace::most_of(trace::Component::gpu, Watts{limit});
    add("memory", Quantity::memory_used, memory);
    const bool share = busy && busy->unit == "%";
    add("utilisation", Quantity::utilisation,
        share ? busy->number / 100 : std::numeric_limits<double>::quiet_NaN());
    const auto gpu = std::exchange(gpu_, "");
    return take_named(time_, gpu, row, number);
  }

  void describe(trace::Run& run) override { run.info.training.gpu = name_; }

  LogTime time_;
  std::string gpu_;
  std::string name_;
};

Status import_nvidia_smi_table(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                               ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer nvidia_smi_table_importer{
    .kind = "nvidia-smi-table",
    .description = "nvidia-smi without options, or with -l 1: the page with a frame",
    .takes = "power, utilisation and memory of each GPU, in whole watts",
    .recognised_by = "`| NVIDIA-SMI …`, below a line with the time",
    .documented = "nvidia-smi(1)",
    .recognises = recognises_nvidia_smi_table,
    .import = import_nvidia_smi_table};

}  // namespace joulecast::formats
