// libpq's functions, looked up when the first server is to be reached. The library and what it brings along
// (TLS, Kerberos, LDAP) take some 10 ms to load, which every start of joulecast would pay for otherwise, and
// a program that uses no server does not need it installed. Internal to the store.
#pragma once

#include <libpq-fe.h>

#include "base/result.hpp"

#ifndef LIBPQ_HAS_PIPELINING
#error "libpq-dev 14 or later is needed, or none"
#endif

namespace joulecast::store::postgres {

struct Libpq {
#define JOULECAST_LIBPQ(function) decltype(&::function) function = nullptr;
#include "store/postgres/libpq_functions.inc"
#include "store/postgres/libpq_newer_functions.inc"  // nullptr in an older library
#undef JOULECAST_LIBPQ
};

/// unavailable if the library is not installed, or lacks a function.
[[nodiscard]] Result<const Libpq*> libpq();

}  // namespace joulecast::store::postgres
