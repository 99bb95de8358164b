#include "carbon/intensity.hpp"

#include <algorithm>
#include <cmath>

#include "base/csv.hpp"
#include "base/roots.hpp"
#include "base/text.hpp"

namespace joulecast::carbon {
namespace fs = std::filesystem;
namespace {

using Cells = std::vector<std::string>;

/// Calls the action for each row with the cells of the named columns.
template <class Action>
Status for_each_row(const fs::path& file, std::initializer_list<std::string_view> names, Action action) {
  const auto table = CsvTable::read(file, CsvKind::data);
  if (!table) return propagate(table.error());
  std::vector<std::size_t> columns;
  for (const auto name : names) {
    const auto column = table->needed_column(name);
    if (!column) return propagate(column.error());
    columns.push_back(*column);
  }
  Cells cells(columns.size());
  for (std::size_t row = 0; row < table->rows(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) cells[i] = table->text(row, columns[i]);
    if (auto status = action(cells, table->where(row)); !status) return status;
  }
  return {};
}

struct Dated {
  double intensity;
  int year;
};

Result<Dated> read_dated(std::string_view intensity, std::string_view year, const std::string& where) {
  const auto value = parse_double(intensity);
  if (!value || *value <= 0)
    return fail(ErrorKind::malformed, where, "'{}' is no intensity above 0", intensity);
  const auto number = parse_int(year);
  if (!number || *number < 1990 || *number > 2100)
    return fail(ErrorKind::malformed, where, "'{}' is no year", year);
  return Dated{*value, static_cast<int>(*number)};
}

std::string source_of(double intensity, std::string_view place, int year, std::string_view source) {
  return fmt::format("{:.3g} g CO2e/kWh, {}, mean of {} ({})", intensity, place, year, source);
}

/// Splits "gcp europe-west1", "gcp/europe-west1" or "gcp:europe-west1" into provider and region; provider ""
/// if none is given.
std::pair<std::string_view, std::string_view> split_region(std::string_view text) {
  text = trim(text);
  const auto at = text.find_first_of(" /:");
  if (at == std::string_view::npos) return {"", text};
  return {trim(text.substr(0, at)), trim(text.substr(at + 1))};
}

}  // namespace

Status check(const Place& place) {
  if (const auto& g = place.intensity_g_per_kwh; g && !(*g >= 0 && std::isfinite(*g)))
    return fail_field("intensity", "{} g CO2e/kWh is not possible", *g);
  if (const auto& pue = place.pue; pue && !(*pue >= 1 && std::isfinite(*pue)))
    return fail_field("pue", "{} is not possible: a data centre uses at least what its machines use", *pue);
  return {};
}

Result<IntensityTable> IntensityTable::read(const fs::path& folder) {
  IntensityTable table;
  if (auto status = table.read_countries(folder / "countries.csv"); !status) return propagate(status.error());
  if (auto status = table.read_regions(folder / "cloud_regions.csv"); !status)
    return propagate(status.error());
  return table;
}

Result<IntensityTable> IntensityTable::read() {
  return read(share_directory() / "carbon");
}

Status IntensityTable::read_countries(const fs::path& file) {
  return for_each_row(file, {"iso2", "iso3", "country", "also_called", "g_co2e_per_kwh", "year", "source"},
                      [&](const Cells& cells, const std::string& where) -> Status {
                        const auto dated = read_dated(cells[4], cells[5], where);
                        if (!dated) return propagate(dated.error());
                        auto& country = countries_.emplace_back();
                        country.iso2 = cells[0];
                        country.iso3 = cells[1];
                        country.name = cells[2];
                        for (const auto name : split(cells[3], '|'))
                          if (!name.empty()) country.also_called.emplace_back(name);
                        country.intensity = dated->intensity;
                        country.year = dated->year;
                        country.source = cells[6];
                        return {};
                      });
}

Status IntensityTable::read_regions(const fs::path& file) {
  return for_each_row(file, {"provider", "region", "iso3", "g_co2e_per_kwh", "year", "source"},
                      [&](const Cells& cells, const std::string& where) -> Status {
                        Region region{cells[0], cells[1], cells[2], std::nullopt, 0, cells[5]};
                        if (!cells[3].empty()) {
                          const auto dated = read_dated(cells[3], cells[4], where);
                          if (!dated) return propagate(dated.error());
                          region.intensity = dated->intensity;
                          region.year = dated->year;
                        }
                        regions_.push_back(std::move(region));
                        return {};
                      });
}

const IntensityTable::Country* IntensityTable::find_country(std::string_view text) const {
  text = trim(text);
  const auto same = [&](std::string_view name) { return equals_ignoring_case(name, text); };
  const auto found = std::ranges::find_if(countries_, [&](const Country& country) {
    return same(country.iso2) || same(country.iso3) || same(country.name) ||
           std::ranges::any_of(country.also_called, same);
  });
  return found == countries_.end() ? nullptr : &*found;
}

Result<Intensity> IntensityTable::of_country(std::string_view text) const {
  const auto* country = text.empty() ? nullptr : find_country(text);
  if (country == nullptr)
    return fail(ErrorKind::invalid, "country",
                "'{}' is not in the table (an ISO code or English name, or --intensity)", trim(text));
  return Intensity{GramsPerKilowattHour{country->intensity},
                   country->year,
                   country->name,
                   source_of(country->intensity, country->name, country->year, country->source),
                   country->name,
                   country->iso3};
}

Result<Intensity> IntensityTable::of_cloud_region(std::string_view text) const {
  const auto [provider, name] = split_region(text);
  std::vector<const Region*> found;
  for (const auto& region : regions_)
    if (equals_ignoring_case(region.name, name) &&
        (provider.empty() || equals_ignoring_case(region.provider, provider)))
      found.push_back(&region);
  if (found.empty())
    return fail(ErrorKind::invalid, "region", "'{}' is not in the table (or use --intensity)", trim(text));
  if (found.size() > 1)
    return fail(ErrorKind::invalid, "region", "several providers have '{}': write '{} {}'", name,
                found[0]->provider, name);
  const auto& region = *found[0];
  const auto place = region.provider + " " + region.name;
  auto country = of_country(region.iso3);
  if (!region.intensity) {
    if (!country) return fail(ErrorKind::invalid, "region", "no intensity is known for '{}'", place);
    country->place = place;
    country->source =
        fmt::format("{}; {} publishes none for {}", country->source, region.provider, region.name);
    return country;
  }
  return Intensity{GramsPerKilowattHour{*region.intensity},
                   region.year,
                   place,
                   source_of(*region.intensity, place, region.year, region.source),
                   country ? country->country : "",
                   region.iso3};
}

Estimate estimate(KilowattHours energy, const Place& place, const Result<IntensityTable>& table) {
  Estimate result;
  result.pue = place.pue.value_or(1);
  result.pue_given = place.pue.has_value();
  const auto look_up = [&]() -> Result<Intensity> {
    if (auto status = check(place); !status) return propagate(status.error());
    // The user's own figure takes precedence; a country given with it only names the place.
    const bool have_country = table && !place.country.empty();
    if (place.intensity_g_per_kwh) {
      Intensity own{GramsPerKilowattHour{*place.intensity_g_per_kwh},
                    0,
                    "",
                    fmt::format("{:.3g} g CO2e/kWh, as given", *place.intensity_g_per_kwh),
                    "",
                    ""};
      if (const auto known = have_country ? table->of_country(place.country) : Intensity{}) {
        own.country = known->country;
        own.country_iso3 = known->country_iso3;
      }
      return own;
    }
    if (place.cloud_region.empty() && place.country.empty())
      return fail(ErrorKind::unavailable, "",
                  "the place is not known: --country, --region or --intensity says it");
    if (!table) return propagate(table.error());
    return place.cloud_region.empty() ? table->of_country(place.country)
                                      : table->of_cloud_region(place.cloud_region);
  };
  auto intensity = look_up();
  if (!intensity) {
    result.reason = to_string(intensity.error());
    return result;
  }
  result.mass = energy * result.pue * intensity->value;
  result.intensity = std::move(*intensity);
  result.provenance = Provenance::assumed;
  return result;
}

}  // namespace joulecast::carbon
