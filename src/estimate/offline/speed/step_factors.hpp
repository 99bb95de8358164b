// The learned factors of the terms of a step, and what is expected of each before anything is measured.
#pragma once

#include "estimate/offline/speed/step_terms.hpp"

namespace joulecast::estimate {

/// Adds them to `terms`. For samples with a step.
void put_factors(const Sample& sample, StepTerms& terms);

}  // namespace joulecast::estimate
