#include "hardware/catalogue.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/csv.hpp"
#include "base/files.hpp"
#include "base/roots.hpp"
#include "base/text.hpp"
#include "hardware/gpu_parts.hpp"
#include "hardware/names.hpp"

namespace joulecast::hardware {
namespace {

namespace fs = std::filesystem;

Result<std::vector<Gpu>> read_gpus(const fs::path& file) {
  const auto table = CsvTable::read(file, CsvKind::data);
  if (!table) return propagate(table.error());
  std::vector<Gpu> gpus;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    Fields fields;
    for (std::size_t i = 0; i < table->columns().size(); ++i)
      if (!table->text(row, i).empty()) fields.emplace_back(table->columns()[i], table->text(row, i));
    auto gpu = gpu_from_fields(fields, table->where(row));
    // The project's tables must be valid as a whole, so an invalid row makes the table malformed.
    if (!gpu) return fail(ErrorKind::malformed, gpu.error().where, "{}", gpu.error().message);
    gpus.push_back(std::move(*gpu));
  }
  return gpus;
}

Result<std::vector<Cpu>> cpus_of(const Result<CsvTable>& table) {
  if (!table) return propagate(table.error());
  std::array<std::size_t, 4> at{};
  for (std::size_t i = 0; i < at.size(); ++i) {
    static constexpr std::array<std::string_view, 4> names{"name", "tdp_w", "source", "date"};
    const auto column = table->needed_column(names[i]);
    if (!column) return propagate(column.error());
    at[i] = *column;
  }
  std::vector<Cpu> cpus;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    const auto cell = [&](std::size_t i) { return std::string(table->text(row, at[i])); };
    const auto tdp = parse_double(cell(1));
    if (!tdp || *tdp <= 0 || *tdp > 2000)
      return fail(ErrorKind::malformed, table->where(row), "'{}' is not a thermal design power in watts",
                  cell(1));
    cpus.push_back({cell(0), Watts{*tdp}, cell(2), cell(3)});
  }
  return cpus;
}

/// The longest run of digits, which distinguishes CPUs of one family.
std::string_view longest_number(std::string_view name) {
  std::string_view longest;
  for (std::size_t begin = 0; begin < name.size();) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto end =
        std::find_if_not(name.begin() + static_cast<std::ptrdiff_t>(begin), name.end(), is_digit);
    const auto run = name.substr(begin, static_cast<std::size_t>(end - name.begin()) - begin);
    if (run.size() > longest.size()) longest = run;
    begin += run.size() + 1;
  }
  return longest;
}

template <class Record>
std::vector<std::string> names_of(const std::vector<const Record*>& records) {
  std::vector<std::string> names;
  for (const auto* record : records) names.push_back(record->name);
  return names;
}

}  // namespace

Result<Catalogue> Catalogue::read(const fs::path& folder) {
  auto gpus = read_gpus(folder / "gpus.csv");
  if (!gpus) return propagate(gpus.error());
  auto cpus = cpus_of(CsvTable::read(folder / "cpus.csv", CsvKind::data));
  if (!cpus) return propagate(cpus.error());
  Catalogue result;
  result.gpus_ = std::move(*gpus);
  result.take_cpus(std::move(*cpus));
  return result;
}

Result<Catalogue> Catalogue::read_cpus_like(const fs::path& folder, std::string_view name) {
  const auto file = folder / "cpus.csv";
  const auto text = read_file(file);
  if (!text) return propagate(text.error());
  const auto number = longest_number(name);
  std::string kept;
  bool header_seen = false;
  for (const auto line : split(*text, '\n')) {
    const bool comment = line.starts_with('#');
    if (!comment && header_seen && line.find(number) == std::string_view::npos) continue;
    header_seen = header_seen || !comment;
    kept.append(line).append("\n");
  }
  auto cpus = cpus_of(CsvTable::parse(std::move(kept), file.string(), CsvKind::data));
  if (!cpus) return propagate(cpus.error());
  Catalogue result;
  result.take_cpus(std::move(*cpus));
  return result;
}

void Catalogue::take_cpus(std::vector<Cpu> cpus) {
  cpus_ = std::move(cpus);
  for (std::size_t i = 0; i < cpus_.size(); ++i) cpu_index_.emplace(normalised_cpu_name(cpus_[i].name), i);
}

Result<Gpu> Catalogue::find_gpu(std::string_view name) const {
  const auto wanted = normalised_gpu_name(name);
  const auto is_wanted = [&](const std::string& known) { return normalised_gpu_name(known) == wanted; };
  for (const auto& gpu : gpus_)
    if (is_wanted(gpu.name) || std::ranges::any_of(gpu.aliases, is_wanted)) return gpu;
  if (const auto part = parse_gpu_part(name)) {
    const auto board = find_gpu(part->board);
    return board ? part_of(*board, *part, trim(name)) : board;
  }
  std::vector<std::string> names;
  for (const auto& gpu : gpus_called(name)) names.push_back(gpu.name);
  if (!names.empty())
    return fail(ErrorKind::invalid, "", "GPU '{}' could be several boards: {}", name, fmt::join(names, ", "));
  for (const auto& gpu : gpus_) names.push_back(gpu.name);
  return fail(ErrorKind::invalid, "", "unknown GPU '{}'; nearest: {}", name,
              fmt::join(nearest(name, names, normalised_gpu_name, 5), ", "));
}

std::vector<Gpu> Catalogue::gpus_called(std::string_view name) const {
  const auto wanted = gpu_name_words(name);
  std::vector<Gpu> called;
  if (wanted.empty()) return called;
  for (const auto& gpu : gpus_) {
    const auto words = gpu_name_words(gpu.name);
    if (std::ranges::mismatch(wanted, words).in1 == wanted.end()) called.push_back(gpu);
  }
  return called;
}

Result<Cpu> Catalogue::find_cpu(std::string_view name) const {
  std::vector<const Cpu*> matches;
  const auto [first, last] = cpu_index_.equal_range(normalised_cpu_name(name));
  for (auto match = first; match != last; ++match) matches.push_back(&cpus_[match->second]);
  const auto differs = [&](const Cpu* cpu) { return cpu->tdp != matches.front()->tdp; };
  if (std::ranges::any_of(matches, differs)) {
    for (const auto* cpu : matches)
      if (equals_ignoring_case(cpu->name, name)) return *cpu;
    auto names = names_of(matches);
    std::ranges::sort(names);
    return fail(ErrorKind::invalid, "", "CPU '{}' fits several that differ: {}", name,
                fmt::join(names, ", "));
  }
  if (!matches.empty()) return *matches.front();
  std::vector<std::string> names;
  for (const auto& cpu : cpus_) names.push_back(cpu.name);
  return fail(ErrorKind::invalid, "", "unknown CPU '{}'; nearest: {}", name,
              fmt::join(nearest(name, names, normalised_cpu_name, 3), ", "));
}

void Catalogue::add(Gpu gpu) {
  const auto same = [&](const Gpu& known) {
    return normalised_gpu_name(known.name) == normalised_gpu_name(gpu.name);
  };
  if (const auto found = std::ranges::find_if(gpus_, same); found != gpus_.end()) {
    *found = std::move(gpu);
  } else {
    gpus_.push_back(std::move(gpu));
  }
}

const Result<Catalogue>& catalogue() {
  static const Result<Catalogue> read_once = Catalogue::read(share_directory() / "hardware");
  return read_once;
}

Result<Gpu> find_gpu(std::string_view name) {
  return catalogue().and_then([&](const Catalogue& all) { return all.find_gpu(name); });
}
Result<Cpu> find_cpu_alone(std::string_view name) {
  if (longest_number(name).empty())  // "Intel(R) Xeon(R) Processor", as virtual machines call theirs
    return fail(ErrorKind::invalid, "", "unknown CPU '{}': the name has no model number", name);
  return Catalogue::read_cpus_like(share_directory() / "hardware", name).and_then([&](const Catalogue& some) {
    return some.find_cpu(name);
  });
}
Result<Cpu> find_cpu(std::string_view name) {
  return catalogue().and_then([&](const Catalogue& all) { return all.find_cpu(name); });
}

Result<Gpu> resolve_gpu(std::string_view name_file_or_fields) {
  if (name_file_or_fields.find('=') != std::string_view::npos) return gpu_from_text(name_file_or_fields);
  const fs::path file(name_file_or_fields);
  if (to_lower(file.extension().string()) != ".json") return find_gpu(name_file_or_fields);
  auto gpus = read_gpu_file(file);
  if (!gpus) return propagate(gpus.error());
  if (gpus->size() != 1)
    return fail(ErrorKind::invalid, file.string(), "describes {} GPUs where one is needed", gpus->size());
  return std::move(gpus->front());
}

}  // namespace joulecast::hardware
