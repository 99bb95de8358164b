// The energy of a model's training in the forms that model cards, registries and regulators ask for.
#pragma once

#include <string>
#include <vector>

#include "session/reporting/disclose_runs.hpp"

namespace joulecast::report {

/// A report of Boavizta's BoAmps (https://github.com/Boavizta/BoAmps, model/report_schema.json), as JSON.
/// invalid where a run's energy is unknown, because the schema has no word for that.
[[nodiscard]] Result<std::string> to_boamps(const session::Disclosure& disclosure);

/// An SPDX 3.0.1 document as JSON-LD: an AI package with its ai_energyConsumption, which is left out where
/// the energy is unknown (https://spdx.github.io/spdx-spec/v3.0.1/model/AI/Classes/EnergyConsumption).
[[nodiscard]] std::string to_spdx(const session::Disclosure& disclosure);

/// The front matter of a model card on Hugging Face, with co2_eq_emissions where they are known
/// (https://huggingface.co/docs/hub/model-cards-co2), and a section for its text.
[[nodiscard]] std::string to_huggingface(const session::Disclosure& disclosure);

/// The text for Annex XI, section 1, points 2 (d) and (e) of the EU's AI Act (Regulation (EU) 2024/1689):
/// computational resources, training time, known or estimated energy consumption.
[[nodiscard]] std::string to_annex_xi(const session::Disclosure& disclosure);

}  // namespace joulecast::report
