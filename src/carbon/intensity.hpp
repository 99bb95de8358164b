// From energy to emissions: kWh x grid intensity x PUE, with the source of each factor. Nothing is guessed:
// without a place the answer is a reason instead of a figure.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/place.hpp"
#include "base/provenance.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace joulecast::carbon {

/// invalid for a negative or non-finite intensity, or a PUE below 1.
[[nodiscard]] Status check(const Place& place);

struct Intensity {
  GramsPerKilowattHour value{0};
  int year = 0;         ///< of the data; 0 = the user's own figure
  std::string place;    ///< "Spain", "gcp europe-southwest1"; "" for the user's own figure
  std::string source;   ///< one line for people, with the year
  std::string country;  ///< name; "" where only an intensity was given
  std::string country_iso3;
};

/// Emissions of an energy. Without an intensity: no mass, and `reason`.
struct Estimate {
  std::optional<GramsCO2e> mass;
  std::optional<Intensity> intensity;
  double pue = 1;
  bool pue_given = false;
  /// Always assumed, even if the energy was measured: the yearly mean of a country is used in place of the
  /// intensity of the electricity that was consumed.
  Provenance provenance = Provenance::missing;
  std::string reason;
};

/// The dated tables of data/carbon.
class IntensityTable {
 public:
  /// malformed with file:line; unavailable where the tables are not installed.
  [[nodiscard]] static Result<IntensityTable> read(const std::filesystem::path& folder);
  /// From the share directory.
  [[nodiscard]] static Result<IntensityTable> read();

  /// invalid for a place that is not in the tables or has no figure there; the message says which.
  [[nodiscard]] Result<Intensity> of_country(std::string_view country) const;
  [[nodiscard]] Result<Intensity> of_cloud_region(std::string_view region) const;

 private:
  struct Country {
    std::string iso2, iso3, name;
    std::vector<std::string> also_called;
    double intensity = 0;
    int year = 0;
    std::string source;
  };
  struct Region {
    std::string provider, name, iso3;
    std::optional<double> intensity;
    int year = 0;
    std::string source;
  };
  [[nodiscard]] const Country* find_country(std::string_view text) const;
  Status read_countries(const std::filesystem::path& file);
  Status read_regions(const std::filesystem::path& file);
  std::vector<Country> countries_;
  std::vector<Region> regions_;
};

/// PUE scales the energy of the machine to that of its data centre; it is applied last.
[[nodiscard]] Estimate estimate(KilowattHours energy, const Place& place,
                                const Result<IntensityTable>& table);

}  // namespace joulecast::carbon
