#include "base/files.hpp"
#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/without_gil.hpp"
#include "report/disclosure/disclosure_report.hpp"
#include "report/reporting/runs_report.hpp"
#include "session/runs/query_runs.hpp"
#include "session/runs/sync_runs.hpp"

namespace joulecast::python {
namespace {

nb::object cell_of(const store::SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return nb::cast(*number);
  if (const auto* number = std::get_if<double>(&value)) return nb::cast(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return nb::cast(*text);
  return nb::none();
}

nb::list rows_of(const store::SqlTable& table) {
  nb::list rows;
  for (const auto& row : table.rows) {
    nb::list cells;
    for (const auto& value : row) cells.append(cell_of(value));
    rows.append(nb::tuple(cells));
  }
  return rows;
}

std::string rendered(const session::Disclosure& disclosure, const std::string& format) {
  if (format == "boamps") return value_of(report::to_boamps(disclosure));
  if (format == "spdx") return report::to_spdx(disclosure);
  if (format == "huggingface") return report::to_huggingface(disclosure);
  return report::to_annex_xi(disclosure);
}

std::string rendered(const session::RunsReport& result, const std::string& format) {
  if (format == "csv") return report::to_csv(result);
  const bool for_a_paper = format == "text" || format == "latex";
  const auto document =
      report::to_document(result, for_a_paper ? report::PaperSection::first : report::PaperSection::last);
  if (format == "markdown") return report::to_markdown(document);
  if (format == "latex") return report::to_latex(document);
  if (format == "text") return report::to_text(document);
  return report::to_html(document);
}

void bind_disclosure(nb::module_& module) {
  using session::DisclosureRequest;
  nb::class_<DisclosureRequest>(module, "DisclosureRequest")
      .def(nb::init<>())
      .def_rw("store", &DisclosureRequest::store)
      .def_rw("runs", &DisclosureRequest::runs)
      .def_rw("model", &DisclosureRequest::model)
      .def_rw("training_type", &DisclosureRequest::training_type)
      .def_rw("task", &DisclosureRequest::task)
      .def_rw("data", &DisclosureRequest::data)
      .def_rw("infrastructure", &DisclosureRequest::infrastructure)
      .def("set_place", [](DisclosureRequest& self, std::string country, std::string region,
                           std::optional<double> intensity, std::optional<double> pue) {
        self.place = {std::move(country), std::move(region), intensity, pue};
      });
  module.def(
      "disclose",
      [](const DisclosureRequest& request, const std::string& format) {
        const WithoutGil released;
        return rendered(value_of(session::disclose_runs(request)), format);
      },
      nb::arg("request"), nb::arg("format"));
}

void bind_report(nb::module_& module) {
  using session::ReportRequest;
  nb::class_<ReportRequest>(module, "ReportRequest")
      .def(nb::init<>())
      .def_rw("store", &ReportRequest::store)
      .def_rw("runs", &ReportRequest::runs)
      .def_rw("price", &ReportRequest::price)
      .def_rw("budget", &ReportRequest::budget)
      .def_rw("metric", &ReportRequest::metric)
      .def_rw("lower_is_better", &ReportRequest::lower_is_better)
      .def_rw("group", &ReportRequest::group)
      .def("set_place", [](ReportRequest& self, std::string country, std::string region,
                           std::optional<double> intensity, std::optional<double> pue) {
        self.place = {std::move(country), std::move(region), intensity, pue};
      });
  module.def(
      "report",
      [](const ReportRequest& request, const std::string& format) {
        const WithoutGil released;
        return rendered(value_of(session::report_runs(request)), format);
      },
      nb::arg("request"), nb::arg("format"));
  module.def(
      "write_file",
      [](const std::string& path, const std::string& text) {
        const WithoutGil released;
        value_of(write_file(path, text));
      },
      nb::arg("path"), nb::arg("text"));
}

void bind_sync(nb::module_& module) {
  using session::SyncedRun;
  using session::SyncRequest;
  nb::class_<SyncRequest>(module, "SyncRequest")
      .def(nb::init<>())
      .def_rw("runs", &SyncRequest::runs)
      .def_rw("source", &SyncRequest::from)
      .def_rw("to", &SyncRequest::to)
      .def_rw("dry_run", &SyncRequest::dry_run);
  nb::class_<SyncedRun>(module, "SyncedRun", "What was done with a run.")
      .def_ro("id", &SyncedRun::id)
      .def_ro("name", &SyncedRun::name)
      .def_prop_ro("action", [](const SyncedRun& run) { return std::string(name_of(run.action)); })
      .def_prop_ro("error", [](const SyncedRun& run) -> std::optional<std::string> {
        return run.error ? std::optional(to_string(*run.error)) : std::nullopt;
      });
  module.def(
      "sync",
      [](const SyncRequest& request) {
        const WithoutGil released;
        return value_of(session::sync_runs(request)).runs;
      },
      nb::arg("request"));
}

}  // namespace

void bind_reports(nb::module_& module) {
  using store::SqlTable;
  nb::class_<SqlTable>(module, "SqlTable", "The answer of a query.")
      .def_ro("columns", &SqlTable::columns)
      .def_prop_ro("rows", rows_of, "tuples; None for what is unknown")
      .def_ro("truncated", &SqlTable::truncated)
      .def_ro("notes", &SqlTable::notes);
  module.def(
      "query",
      [](std::string sql, std::string store, std::int64_t limit, double time_limit) {
        const WithoutGil released;
        return value_of(session::query_runs({std::move(store), std::move(sql), limit, time_limit}));
      },
      nb::arg("sql"), nb::arg("store"), nb::arg("limit"), nb::arg("time_limit"));
  bind_sync(module);
  bind_disclosure(module);
  bind_report(module);
}

}  // namespace joulecast::python
