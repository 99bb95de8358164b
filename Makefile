# The two commands of the README's first screen, and what they are made of.
#   make quickstart   installs what is missing, builds, measures a real training and shows what it cost
#   make check        builds everything and passes every test
#   make check-integrations   tests the Python callbacks against the real libraries and records it; needs PyPI
#   make check-api      lints the server's API and tries what it allows; needs npm and PyPI
#   make page         build/release/page: the web page of joulecast serve; needs npm and its registry
#   make docs         build/site: the documents and the reference of the Python package as HTML; needs PyPI
#   make wheel        build/wheels: a wheel with all that it needs inside, tried in an empty root; needs PyPI
#   make package      build/package/joulecast_VERSION_ARCH.deb
BUILD := build/release
JOBS  ?= $(shell nproc)
# Debian's own interpreter: it is the one that Debian's python3-torch belongs to.
PYTHON ?= /usr/bin/python3

# Virtual environments are made of the same interpreter, so that one build of the package serves it and them.
ENVIRONMENT := JOULECAST_PYTHON_INTERPRETER=$(PYTHON) scripts/python_environment.sh

.PHONY: quickstart check check-api check-integrations build python page package bench format format-check tidy sanitize sanitize-units fuzz docs wheel

# Modules that parse what others wrote or run threads: their tests also pass under the address and undefined sanitizers.
empty :=
space := $(empty) $(empty)
UNITS := base carbon client formats hardware measure network progress run sampling sensors stability store trace

# Of the libraries with callbacks and the tools of the tests, those that are small enough for every check. The others are skipped, visibly.
SMALL_WHEELS := ipython lightgbm mypy scikit-learn tensorboard tensorboardX xgboost-cpu

quickstart: build python
	@scripts/install_packages.sh example
	@printf '\nOn the command line:\n\n'
	@$(BUILD)/joulecast run --name digits --interval 100ms -- $(PYTHON) examples/train_digits.py
	@if [ -e $(BUILD)/python/joulecast/__init__.py ]; then printf '\nThe same in Python:\n\n'; \
	  PYTHONPATH=$(BUILD)/python $(PYTHON) examples/track_digits.py; fi
	@printf '\nSee it again with:   %s/joulecast show digits\nWhat can be measured here, and why not more:   %s/joulecast doctor\n' $(BUILD) $(BUILD)

build:
	@scripts/install_packages.sh build check package
	@cmake --preset release --log-level=WARNING >/dev/null
	@if ! [ -e $(BUILD)/joulecast ]; then echo 'Building joulecast; the first time takes some minutes ...'; fi
	@cmake --build $(BUILD) --target joulecast_cli -j $(JOBS) -- --quiet

# The Python package in $(BUILD)/python, in the same build; skipped with the reason where PyPI cannot be reached.
python: build
	@interpreter=$$($(ENVIRONMENT) build/python-environment) && if [ -n "$$interpreter" ]; then \
	  cmake --preset release --log-level=WARNING -DJOULECAST_PYTHON=ON -DPython_EXECUTABLE="$$interpreter" >/dev/null && \
	  cmake --build $(BUILD) --target joulecast_package -j $(JOBS) -- --quiet; fi

# The web page in $(BUILD)/page; skipped with the reason where npm or its registry cannot be had.
page: build
	@scripts/page_modules.sh
	@cmake --preset release --log-level=WARNING >/dev/null
	@if [ -e page/node_modules/.package-lock.json ]; then cmake --build $(BUILD) --target joulecast_page -- --quiet; fi

check: python page
	@if [ -d build/python-environment ]; then $(ENVIRONMENT) build/python-environment $(SMALL_WHEELS) >/dev/null; fi
	@cmake --build $(BUILD) -j $(JOBS) -- --quiet
	@scripts/run_tests.sh $(BUILD) $(JOBS)

check-integrations: python
	@JOULECAST_PYTHON_INTERPRETER=$(PYTHON) scripts/check_integrations.sh $(BUILD) $(NAMES)

check-api: build
	@PYTHON=$(PYTHON) JOULECAST_PYTHON_INTERPRETER=$(PYTHON) scripts/check_api.sh $(BUILD)

package:
	@scripts/install_packages.sh build package
	@cmake --preset release --log-level=WARNING >/dev/null
	@cmake --build $(BUILD) --target joulecast_cli joulecast_client joulecast_printed joulecast_changelog \
	  $(if $(wildcard page/node_modules/.package-lock.json),joulecast_page) -j $(JOBS) -- --quiet
	@cpack -G DEB --config $(BUILD)/CPackConfig.cmake -B build/package
	@ls build/package/*.deb

bench:
	@scripts/install_packages.sh build bench
	@cmake --preset bench --log-level=WARNING >/dev/null
	@cmake --build build/bench -j $(JOBS) -- --quiet
	@bench/run_all.sh build/bench

# Needs clang-format-14, clang-tidy-14 (scripts/install_packages.sh clean).
format:
	@git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | xargs clang-format-14 -i

format-check:
	@git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | xargs clang-format-14 --dry-run -Werror

tidy:
	@cmake --preset clang --log-level=WARNING >/dev/null
	@git ls-files 'src/*.cpp' 'apps/*.cpp' | xargs -P $(JOBS) -n 4 clang-tidy-14 -p build/clang --quiet

sanitize:
	@for preset in asan tsan; do \
	  cmake --preset $$preset --log-level=WARNING >/dev/null && cmake --build build/$$preset -j $(JOBS) -- --quiet && \
	  ctest --test-dir build/$$preset -j $(JOBS) --output-on-failure || exit 1; done

sanitize-units:
	@cmake --preset asan --log-level=WARNING >/dev/null
	@cmake --build build/asan --target $(addprefix unit_,$(UNITS)) -j $(JOBS) -- --quiet
	@ctest --test-dir build/asan -R '^($(subst $(space),|,$(strip $(UNITS))))\.' -j $(JOBS) --output-on-failure --no-tests=error

# MINUTES of CPU for each target; needs clang-14 (scripts/install_packages.sh clean).
fuzz:
	@cmake --preset fuzz --log-level=WARNING >/dev/null
	@cmake --build build/fuzz --target $(notdir $(basename $(wildcard fuzz/*_fuzz.cpp))) -j $(JOBS) -- --quiet
	@python3 scripts/fuzz.py --minutes $(or $(MINUTES),20) $(TARGETS)

docs: python
	@interpreter=$$($(ENVIRONMENT) build/docs-environment mkdocs-material "mkdocstrings[python]" black) && \
	  [ -n "$$interpreter" ] && NO_MKDOCS_2_WARNING=1 "$$interpreter" -m mkdocs build --quiet && echo build/site/index.html

wheel:
	@scripts/install_packages.sh build check
	@JOULECAST_PYTHON_INTERPRETER=$(PYTHON) scripts/build_wheel.sh
