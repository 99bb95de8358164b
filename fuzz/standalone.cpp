// Runs a fuzz target without libFuzzer: first on every seed of a folder, then on a fixed number of mutations
// from a fixed random generator. So a short fuzz run is part of the ordinary tests with any compiler.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

void mutate(Bytes& bytes, std::mt19937& random) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  for (auto times = 1 + below(8); times > 0; --times) {
    const auto at = static_cast<std::ptrdiff_t>(below(bytes.size()));
    switch (below(5)) {
      case 0:
        if (!bytes.empty()) bytes[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random());
        break;
      case 1:
        bytes.insert(bytes.begin() + at, static_cast<std::uint8_t>(random()));
        break;
      case 2:
        if (!bytes.empty())
          bytes.erase(bytes.begin() + at,
                      bytes.begin() + at +
                          std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(1 + below(16)),
                                                   bytes.end() - bytes.begin() - at));
        break;
      case 3:
        bytes.resize(static_cast<std::size_t>(at));
        break;
      default: {
        const auto end = at + static_cast<std::ptrdiff_t>(below(bytes.size() - static_cast<std::size_t>(at)));
        const Bytes piece(bytes.begin() + at, bytes.begin() + end);
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() + 1)), piece.begin(),
                     piece.end());
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int mutations = argc > 2 ? std::atoi(argv[2]) : 100;
  std::mt19937 random(20260201);
  std::vector<Bytes> seeds{{}};
  std::vector<std::filesystem::path> files;
  if (argc > 1 && std::filesystem::is_directory(argv[1]))
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());  // sorted, so that every machine tries the same mutations
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  long runs = 0;
  for (const auto& seed : seeds) {
    LLVMFuzzerTestOneInput(seed.data(), seed.size());
    for (int i = 0; i < mutations; ++i, ++runs) {
      Bytes changed = seed;
      mutate(changed, random);
      LLVMFuzzerTestOneInput(changed.data(), changed.size());
    }
  }
  std::printf("%zu seeds, %ld mutations: no fault\n", seeds.size(), runs);
  return 0;
}
