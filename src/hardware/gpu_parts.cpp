#include "hardware/gpu_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>

#include "base/text.hpp"

namespace joulecast::hardware {
namespace {

bool digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// "1g.5gb", "3g.40gb+me", "1c.2g.20gb" (a compute instance of a GPU instance)
std::optional<GpuPartName> parse_profile(std::string_view profile) {
  profile = profile.substr(0, profile.find('+'));
  int compute = 0;
  std::optional<GpuPartName> part;
  for (const auto piece : split(profile, '.')) {
    std::size_t digits = 0;
    while (digits < piece.size() && digit(piece[digits])) ++digits;
    const auto number = parse_int(piece.substr(0, digits));
    const auto unit = piece.substr(digits);
    constexpr std::int64_t most = 1024;
    if (!number || *number < 1 || *number > most) return std::nullopt;
    if (unit == "c" && !part)
      compute = static_cast<int>(*number);
    else if (unit == "g" && !part)
      part = GpuPartName{"", static_cast<int>(*number), 0};
    else if (unit == "gb" && part && part->memory_gb == 0)
      part->memory_gb = static_cast<double>(*number);
    else
      return std::nullopt;
  }
  if (!part || part->memory_gb == 0) return std::nullopt;
  if (compute > 0) part->slices = std::min(part->slices, compute);
  return part;
}

std::optional<GpuPartName> parse_mig(std::string_view name) {
  const auto lower = to_lower(name);
  constexpr std::string_view word = " mig ";
  const auto at = lower.find(word);
  if (at == std::string::npos) return std::nullopt;
  const auto rest = trim(std::string_view(lower).substr(at + word.size()));
  auto part = parse_profile(rest.substr(0, rest.find(' ')));
  if (part) part->board = std::string(trim(name.substr(0, at)));
  return part;
}

/// Boards by the code in the names of their virtual GPUs (NVIDIA's virtual GPU software user guide).
constexpr std::array<std::pair<std::string_view, std::string_view>, 30> virtual_boards{{
    {"M60", "Tesla M60"},
    {"P4", "Tesla P4"},
    {"P40", "Tesla P40"},
    {"P100", "Tesla P100-PCIE-16GB"},
    {"P100X", "Tesla P100-SXM2-16GB"},
    {"P100C", "Tesla P100-PCIE-12GB"},
    {"V100", "Tesla V100-PCIE-16GB"},
    {"V100X", "Tesla V100-SXM2-16GB"},
    {"V100D", "Tesla V100-PCIE-32GB"},
    {"V100DX", "Tesla V100-SXM2-32GB"},
    {"V100S", "Tesla V100S-PCIE-32GB"},
    {"T4", "Tesla T4"},
    {"RTX6000", "Quadro RTX 6000"},
    {"RTX8000", "Quadro RTX 8000"},
    {"A2", "A2"},
    {"A10", "A10"},
    {"A10G", "A10G"},
    {"A16", "A16"},
    {"A40", "A40"},
    {"A100", "A100-PCIE-40GB"},
    {"A100X", "A100-SXM4-40GB"},
    {"A100D", "A100 80GB PCIe"},
    {"A100DX", "A100-SXM4-80GB"},
    {"RTXA5000", "RTX A5000"},
    {"RTXA6000", "RTX A6000"},
    {"L4", "L4"},
    {"L40", "L40"},
    {"L40S", "L40S"},
    {"H100", "H100 PCIe"},
    {"H100XM", "H100 SXM 80GB"},
}};

/// "GRID T4-8Q", "NVIDIA A40-48Q", "GRID A100-3-20C" (the last one on a MIG instance of three slices)
std::optional<GpuPartName> parse_virtual(std::string_view name) {
  auto last = name.substr(name.rfind(' ') + 1);  // behind "GRID" or "NVIDIA"
  constexpr std::string_view series = "ABCQ";    // applications, business, compute, workstation
  if (last.empty() || series.find(last.back()) == std::string_view::npos) return std::nullopt;
  last.remove_suffix(1);
  const auto parts = split(last, '-');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto* const board =
      std::ranges::find(virtual_boards, parts.front(), &std::pair<std::string_view, std::string_view>::first);
  const auto memory = parse_int(parts.back());
  const auto slices = parts.size() == 3 ? parse_int(parts[1]) : std::optional<std::int64_t>(0);
  constexpr std::int64_t most = 1024;
  if (board == virtual_boards.end() || !memory || !slices || *memory < 1 || *memory > most || *slices < 0 ||
      *slices > most)
    return std::nullopt;
  return GpuPartName{std::string(board->second), static_cast<int>(*slices), static_cast<double>(*memory)};
}

/// Slices that a board of this kind is cut into: its memory, and its multiprocessors (one slice fewer there,
/// but each as large as an eighth).
int memory_slices(const Gpu& board) {
  return board.name == "A30" || board.name.starts_with("RTX PRO 6000") ? 4 : 8;
}

/// Multiprocessors of one slice: always pairs.
int slice_multiprocessors(const Gpu& board) {
  return 2 *
         static_cast<int>(std::floor(board.multiprocessors.value_or(0) / (2.0 * memory_slices(board)) + 0.5));
}

struct Shares {
  double compute = 0, bandwidth = 0;
  std::string text;
};

Result<Shares> shares_of(const Gpu& board, const GpuPartName& part, std::string_view name) {
  const double memory = part.memory_gb / board.memory_gb;
  if (!(memory <= 1.05))
    return fail(ErrorKind::invalid, "", "GPU '{}' has more memory than the {}", name, board.name);
  if (part.slices == 0) {
    const double share = std::min(memory, 1.0);
    return Shares{share, share, fmt::format("{:.4g} of the {}, shared equally", share, board.name)};
  }
  const int each = slice_multiprocessors(board);
  if (each == 0 || part.slices * each > *board.multiprocessors)
    return fail(ErrorKind::invalid, "", "GPU '{}' has more slices than the {}", name, board.name);
  const int of = memory_slices(board);
  const double bandwidth = std::clamp(std::round(of * memory), 1.0, static_cast<double>(of)) / of;
  return Shares{static_cast<double>(part.slices * each) / *board.multiprocessors, bandwidth,
                fmt::format("{} of {} multiprocessors and {:g} of {} memory slices of the {}",
                            part.slices * each, *board.multiprocessors, bandwidth * of, of, board.name)};
}

}  // namespace

std::optional<GpuPartName> parse_gpu_part(std::string_view name) {
  name = trim(name);
  auto part = parse_mig(name);
  return part ? part : parse_virtual(name);
}

Result<Gpu> part_of(const Gpu& board, const GpuPartName& part, std::string_view name) {
  const auto shares = shares_of(board, part, name);
  if (!shares) return propagate(shares.error());
  auto gpu = board;
  gpu.name = part.slices > 0 && to_lower(name).find(" mig ") != std::string::npos
                 ? board.name + std::string(name.substr(to_lower(name).find(" mig ")))
                 : std::string(name.substr(name.rfind(' ') + 1));
  gpu.aliases.clear();
  const double compute = shares->compute;
  const auto scale = [](auto& figure, double by) {
    if (figure) *figure = static_cast<std::remove_reference_t<decltype(*figure)>>(*figure * by);
  };
  gpu.power_limit = board.power_limit * compute;
  gpu.memory_gb = std::min(part.memory_gb, board.memory_gb);
  gpu.bandwidth_gb_s *= shares->bandwidth;
  gpu.fp32_tflops *= compute;
  scale(gpu.fp16_tflops, compute);
  scale(gpu.tf32_tflops, compute);
  scale(gpu.cores, compute);
  if (gpu.multiprocessors)
    gpu.multiprocessors = std::max(1, static_cast<int>(std::lround(*gpu.multiprocessors * compute)));
  if (gpu.idle_power) gpu.idle_power = *gpu.idle_power * compute;
  gpu.source = fmt::format("{}; power in proportion is assumed ({})", shares->text, board.source);
  return gpu;
}

}  // namespace joulecast::hardware
