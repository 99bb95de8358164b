#include "store/job_run.hpp"

#include "store/documents.hpp"

namespace joulecast::store {

Place place_of(const JobRun& run) {
  Place place;
  from_document(run.place, place);
  return place;
}

}  // namespace joulecast::store
