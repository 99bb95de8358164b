# The Debian package: cmake --build BUILD --target package, or cpack -G DEB --config BUILD/CPackConfig.cmake.
# It contains what `cmake --install` installs; dpkg-shlibdeps finds the packages that it depends on.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME joulecast)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "Joulecast maintainers <maintainers@joulecast.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
"Measures the energy of a training while it runs, from the meters of the
processor, the memory and the GPUs, and models what has no meter. Forecasts
the total with an interval, predicts it before the training starts, keeps
the runs, and compares them.
.
It works without a GPU, without special permissions and offline. A small C
and C++ client library is included.")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS libpq5)  # loaded only for a store on a server
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
include(CPack)

# Files that Debian policy requires below share/doc.
set(compressed ${CMAKE_BINARY_DIR}/generated/changelog.gz)
add_custom_command(OUTPUT ${compressed} COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${compressed}
                   DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
add_custom_target(joulecast_changelog ALL DEPENDS ${compressed})
install(FILES ${compressed} DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/packaging/copyright ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/SECURITY.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/packaging/postgresql DESTINATION ${CMAKE_INSTALL_DOCDIR})
# What a centre copies to its nodes (docs/jobs.md).
install(PROGRAMS ${PROJECT_SOURCE_DIR}/packaging/slurm/joulecast-prolog ${PROJECT_SOURCE_DIR}/packaging/slurm/joulecast-epilog
        DESTINATION ${CMAKE_INSTALL_DATADIR}/joulecast/slurm)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/slurm/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/joulecast/slurm)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR}
        PATTERN decisions EXCLUDE PATTERN images/*.py EXCLUDE)
