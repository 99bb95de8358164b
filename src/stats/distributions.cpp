#include "stats/distributions.hpp"

#include <fmt/format.h>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/non_central_f.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace joulecast::stats {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>, policies::underflow_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>>;
using boost::math::complement;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}
double normal_sf(double z) {
  return 0.5 * std::erfc(z / std::sqrt(2.0));
}
double normal_two_sided(double z) {
  return std::erfc(std::abs(z) / std::sqrt(2.0));
}

double normal_quantile(double p) {
  if (!(p > 0 && p < 1)) return nan;
  return boost::math::quantile(boost::math::normal_distribution<double, Quiet>(), p);
}

double student_t_two_sided(double t, double df) {
  if (!(df > 0) || std::isnan(t)) return nan;
  if (std::isinf(t)) return 0;
  return 2 *
         boost::math::cdf(complement(boost::math::students_t_distribution<double, Quiet>(df), std::abs(t)));
}

double student_t_quantile(double p, double df) {
  if (!(df > 0) || !(p > 0 && p < 1)) return nan;
  return boost::math::quantile(boost::math::students_t_distribution<double, Quiet>(df), p);
}

double chi_squared_sf(double x, double df) {
  if (!(df > 0) || std::isnan(x)) return nan;
  if (x <= 0) return 1;
  if (std::isinf(x)) return 0;
  return boost::math::cdf(complement(boost::math::chi_squared_distribution<double, Quiet>(df), x));
}

double f_sf(double f, double df1, double df2) {
  if (!(df1 > 0) || !(df2 > 0) || std::isnan(f)) return nan;
  if (f <= 0) return 1;
  if (std::isinf(f)) return 0;
  return boost::math::cdf(complement(boost::math::fisher_f_distribution<double, Quiet>(df1, df2), f));
}

double f_quantile(double p, double df1, double df2) {
  if (!(df1 > 0) || !(df2 > 0) || !(p >= 0 && p < 1)) return nan;
  return boost::math::quantile(boost::math::fisher_f_distribution<double, Quiet>(df1, df2), p);
}

double noncentral_t_cdf(double t, double df, double noncentrality) {
  if (!(df > 0) || !std::isfinite(t) || !std::isfinite(noncentrality)) return nan;
  return boost::math::cdf(boost::math::non_central_t_distribution<double, Quiet>(df, noncentrality), t);
}

double noncentral_t_sf(double t, double df, double noncentrality) {
  if (!(df > 0) || !std::isfinite(t) || !std::isfinite(noncentrality)) return nan;
  return boost::math::cdf(
      complement(boost::math::non_central_t_distribution<double, Quiet>(df, noncentrality), t));
}

double noncentral_f_sf(double f, double df1, double df2, double noncentrality) {
  if (!(df1 > 0) || !(df2 > 0) || !(noncentrality >= 0) || !std::isfinite(f)) return nan;
  return boost::math::cdf(
      complement(boost::math::non_central_f_distribution<double, Quiet>(df1, df2, noncentrality), f));
}

std::string p_text(double p) {
  if (std::isnan(p)) return "not defined";
  if (p < 1e-300) return "< 1e-300";
  if (p < 1e-3) return fmt::format("{:.1e}", p);
  return fmt::format("{:.3g}", p);
}

}  // namespace joulecast::stats
