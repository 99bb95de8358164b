#include "store/network_file.hpp"

#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>

namespace joulecast::store {

bool is_on_network(const std::string& file) {
  struct statfs info {};
  const auto folder = std::filesystem::path(file).parent_path();
  if (::statfs(folder.empty() ? "." : folder.c_str(), &info) != 0) return false;
  constexpr std::array<std::uint32_t, 8> network{0x6969,       // NFS
                                                 0xff534d42,   // CIFS
                                                 0xfe534d42,   // SMB2
                                                 0x0bd00bd0,   // Lustre
                                                 0x47504653,   // GPFS
                                                 0x19830326,   // BeeGFS
                                                 0x00c36400,   // Ceph
                                                 0x5346414f};  // AFS
  return std::ranges::find(network, static_cast<std::uint32_t>(info.f_type)) != network.end();
}

}  // namespace joulecast::store
